/** Charts that come with the application, as Vega-Lite with slots. A team's own are in `data/presets`. */

export interface Preset {
  name: string
  label: string
  /** Slots in the order in which settings ask for them; those with a question mark may stay empty. */
  fields: readonly string[]
  spec: Readonly<Record<string, unknown>>
}

const field = (slot: string, type: string, more: object = {}): object => ({ field: `\${field:${slot}}`, type, ...more })
const tooltip = true

export const PRESETS: readonly Preset[] = [
  {
    name: 'line',
    label: 'Lines',
    fields: ['x', 'y', 'colour?'],
    spec: {
      title: '${string:title}',
      mark: { type: 'line', tooltip },
      encoding: {
        x: field('x', 'quantitative'),
        y: field('y', 'quantitative', { scale: { zero: false } }),
        color: field('colour', 'nominal'),
      },
    },
  },
  {
    name: 'area',
    label: 'Areas',
    fields: ['x', 'y', 'colour?'],
    spec: {
      title: '${string:title}',
      mark: { type: 'area', tooltip, opacity: 0.75 },
      encoding: {
        x: field('x', 'quantitative'),
        y: field('y', 'quantitative', { stack: true }),
        color: field('colour', 'nominal'),
      },
    },
  },
  {
    name: 'scatter',
    label: 'Points',
    fields: ['x', 'y', 'colour?', 'size?'],
    spec: {
      title: '${string:title}',
      mark: { type: 'point', filled: true, tooltip },
      encoding: {
        x: field('x', 'quantitative', { scale: { zero: false } }),
        y: field('y', 'quantitative', { scale: { zero: false } }),
        color: field('colour', 'nominal'),
        size: field('size', 'quantitative'),
      },
    },
  },
  {
    name: 'bar',
    label: 'Bars',
    fields: ['label', 'value', 'colour?'],
    spec: {
      title: '${string:title}',
      mark: { type: 'bar', tooltip },
      encoding: {
        y: field('label', 'nominal', { sort: '-x' }),
        x: field('value', 'quantitative'),
        color: field('colour', 'nominal'),
      },
    },
  },
  {
    name: 'histogram',
    label: 'Histogram',
    fields: ['value', 'colour?'],
    spec: {
      title: '${string:title}',
      mark: { type: 'bar', tooltip },
      encoding: {
        x: field('value', 'quantitative', { bin: { maxbins: 30 } }),
        y: { aggregate: 'count', type: 'quantitative' },
        color: field('colour', 'nominal'),
      },
    },
  },
  {
    name: 'heatmap',
    label: 'Heat map',
    fields: ['x', 'y', 'value'],
    spec: {
      title: '${string:title}',
      mark: { type: 'rect', tooltip },
      encoding: { x: field('x', 'ordinal'), y: field('y', 'ordinal'), color: field('value', 'quantitative') },
    },
  },
  {
    name: 'boxplot',
    label: 'Box plots',
    fields: ['label', 'value'],
    spec: {
      title: '${string:title}',
      mark: { type: 'boxplot', extent: 1.5 },
      encoding: { x: field('label', 'nominal'), y: field('value', 'quantitative', { scale: { zero: false } }) },
    },
  },
]

export const presetOf = (name: string): Preset | undefined =>
  PRESETS.find(preset => preset.name === name.replace(/^wandb\//, '').replace(/\/v\d+$/, ''))
