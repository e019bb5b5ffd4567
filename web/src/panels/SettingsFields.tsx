/**
 * The fields of `Settings`, wherever they are set: a panel's Editor, a section, the page. What a place does not say is grey and names the
 * place that does; the cross at a field's end hands it back to that place.
 */

import { useMemo } from 'react'
import type { Axis } from '../data/metricStore'
import type { Column } from '../data/project'
import { Field, Fields, FieldsTitle, KeyPicker, NumberInput, Select, SliderField, TextField, Toggle } from '../ui/form'
import { IconButton } from '../ui/Button'
import type { PanelSettings } from './context'
import type { Method, Scale, Settings, SmoothingKind } from './schema'
import { type Origin, WEIGHTED } from './settings'

export interface SettingsFieldsProps {
  /** What this place says itself. */
  value: Settings | undefined
  /** What it inherits where it says nothing. */
  inherited: PanelSettings
  origins: Readonly<Record<keyof Settings, Origin>>
  columns: readonly Column[]
  onChange: (changes: { [K in keyof Settings]?: Settings[K] | undefined }, options?: { replace?: boolean }) => void
}

export const AXIS_CHOICES: readonly { value: Axis; label: string; hint: string }[] = [
  { value: 'step', label: 'Step', hint: 'as logged' },
  { value: 'relative', label: 'Relative time', hint: 'since the run began' },
  { value: 'time', label: 'Wall time', hint: 'when it was logged' },
]

export const SMOOTHING_NAMES: Record<SmoothingKind, string> = {
  none: 'None',
  time_ema: 'Time-weighted average',
  ema: 'Exponential average',
  gaussian: 'Gaussian',
  mean: 'Moving mean',
  median: 'Moving median',
  savgol: 'Savitzky–Golay',
}

export const METHOD_NAMES: Record<Method, string> = {
  envelope: 'Min, mean, max',
  mean: 'Mean',
  last: 'Last',
  lttb: 'Shape (LTTB)',
  every: 'Every n-th',
}

const SCALE_NAMES: Record<Scale, string> = { linear: 'Linear', log: 'Logarithmic', symlog: 'Symmetric log' }
const BOUNDS_NAMES = { never: 'Never', hover: 'On hover', always: 'Always' } as const

const BUCKETS_MAX = 20_000
/** A window or a deviation of more points than this is another question. */
const POINTS_MAX = 10_000
/** The usual strength when a kind is chosen first. */
const STRENGTHS: Record<SmoothingKind, number> = {
  none: 0,
  time_ema: 0.6,
  ema: 0.6,
  gaussian: 5,
  mean: 10,
  median: 10,
  savgol: 11,
}

const choices = <T extends string>(names: Record<T, string>): { value: T; label: string }[] =>
  (Object.entries(names) as [T, string][]).map(([value, label]) => ({ value, label }))

const ORIGIN_NAMES: Record<Origin, string | undefined> = {
  default: undefined,
  definition: 'definition of the metric',
  workspace: 'workspace',
  section: 'section',
  panel: 'panel',
}

/** Where a field's value comes from, as its row says it; undefined where the place says it itself. */
export function fromOf(
  { value, origins }: Pick<SettingsFieldsProps, 'value' | 'origins'>,
  name: keyof Settings,
): string | undefined {
  return value?.[name] === undefined ? ORIGIN_NAMES[origins[name]] : undefined
}

function Back({ name, label, value, onChange }: { name: keyof Settings; label: string } & SettingsFieldsProps) {
  if (value?.[name] === undefined) return null
  return <IconButton small icon="undo" label={`Inherit ${label}`} onClick={() => onChange({ [name]: undefined })} />
}

/** The x axis: a count, a time, another metric or an expression; its scale. */
export function AxisFields(props: SettingsFieldsProps) {
  const { value, inherited, columns, onChange } = props
  const axis = value?.x ?? inherited.axis
  const isFree = value?.x === undefined && props.origins.x === 'default'
  const kind = isFree ? 'auto' : axisKindOf(axis)
  const metrics = useMemo(() => metricOptions(columns), [columns])
  return (
    <Fields>
      <Field label="X axis" from={fromOf(props, 'x')}>
        <Select
          label="X axis"
          value={kind}
          options={[
            ...(props.origins.x === 'default' ? [{ value: 'auto' as const, label: 'Automatic' }] : []),
            ...AXIS_CHOICES,
            { value: 'metric', label: 'Another metric' },
            { value: 'expression', label: 'Expression' },
          ]}
          onChange={next => {
            if (next === 'auto') onChange({ x: undefined })
            else if (next === 'metric') onChange({ x: `metric:${metrics[0]?.key ?? ''}` as Axis })
            else if (next === 'expression') onChange({ x: '${_step}' })
            else onChange({ x: next })
          }}
        />
        <Back name="x" label="the x axis" {...props} />
      </Field>
      {kind === 'metric' && (
        <Field label="Metric">
          <KeyPicker
            label="Metric of the x axis"
            value={axis.slice('metric:'.length)}
            options={metrics}
            onChange={key => onChange({ x: `metric:${key}` })}
          />
        </Field>
      )}
      {kind === 'expression' && (
        <Field label="Expression" help="Over metrics as ${name}: ${epoch} * 1000">
          <TextField
            label="Expression of the x axis"
            isMono
            value={axis}
            error={axis.includes('${') ? undefined : 'Name a metric as ${name}'}
            onChange={text => text.includes('${') && onChange({ x: text as Axis })}
          />
        </Field>
      )}
      <Field label="X scale" from={fromOf(props, 'x_scale')}>
        <Select
          label="X scale"
          value={value?.x_scale ?? inherited.x_scale}
          options={choices(SCALE_NAMES).filter(({ value: scale }) => scale !== 'symlog')}
          onChange={x_scale => onChange({ x_scale })}
        />
        <Back name="x_scale" label="the x scale" {...props} />
      </Field>
    </Fields>
  )
}

export function axisKindOf(axis: string): Axis | 'metric' | 'expression' {
  if (axis.startsWith('metric:')) return 'metric'
  return axis.includes('${') ? 'expression' : (axis as Axis)
}

export function metricOptions(columns: readonly Column[]): { key: string; hint?: string }[] {
  return columns.filter(column => column.section === 'metric').map(({ key }) => ({ key }))
}

export function SmoothingFields(props: SettingsFieldsProps) {
  const { value, inherited, onChange } = props
  const kind = value?.smoothing?.kind ?? (value?.smoothing ? 'time_ema' : inherited.smoothing_kind)
  const strength = value?.smoothing ? (value.smoothing.strength ?? 0) : inherited.smoothing
  const isWeight = WEIGHTED.has(kind)
  const from = fromOf(props, 'smoothing')
  const set = (next: number, options?: { replace?: boolean }): void =>
    onChange({ smoothing: { kind, strength: next } }, options)
  return (
    <Fields>
      <Field label="Method" from={from}>
        <Select
          label="Smoothing method"
          value={kind}
          options={choices(SMOOTHING_NAMES)}
          onChange={next =>
            onChange({
              smoothing: {
                kind: next,
                strength:
                  next !== 'none' && WEIGHTED.has(next) === isWeight && strength > 0 ? strength : STRENGTHS[next],
              },
            })
          }
        />
        <Back name="smoothing" label="smoothing" {...props} />
      </Field>
      {kind !== 'none' && isWeight && (
        <Field label="Strength">
          <SliderField label="Smoothing strength" value={strength} max={0.99} onChange={set} />
        </Field>
      )}
      {kind !== 'none' && !isWeight && (
        <Field label={kind === 'gaussian' ? 'Deviation' : 'Window'}>
          <NumberInput
            label="Smoothing strength"
            value={strength}
            min={0}
            max={POINTS_MAX}
            isInteger={kind !== 'gaussian'}
            unit="points"
            className="wide-num"
            onChange={next => next !== null && set(next)}
          />
        </Field>
      )}
      <Field label="Raw behind" from={fromOf(props, 'is_raw_behind')}>
        <Toggle
          label="Raw curve behind the smoothed one"
          isOn={value?.is_raw_behind ?? inherited.is_raw_behind}
          onChange={is_raw_behind => onChange({ is_raw_behind })}
        />
        <Back name="is_raw_behind" label="the raw curve" {...props} />
      </Field>
    </Fields>
  )
}

/** What is drawn of the points there are. */
export function PointFields(props: SettingsFieldsProps) {
  const { value, inherited, onChange } = props
  const [low, high] = value?.outliers ?? inherited.outliers
  const [from, to] = value?.window ?? inherited.window
  return (
    <Fields>
      <Field label="Points" from={fromOf(props, 'method')}>
        <Select
          label="What is drawn of each bucket"
          value={value?.method ?? inherited.method}
          options={choices(METHOD_NAMES)}
          onChange={method => onChange({ method })}
        />
        <Back name="method" label="what is drawn" {...props} />
      </Field>
      <Field label="Buckets" from={fromOf(props, 'buckets')}>
        <NumberInput
          label="Buckets"
          value={(value?.buckets ?? inherited.buckets) || null}
          min={1}
          max={BUCKETS_MAX}
          isInteger
          placeholder="by width"
          onChange={next => onChange({ buckets: next ?? 0 })}
        />
        <Back name="buckets" label="the number of buckets" {...props} />
      </Field>
      <Field label="Outliers" from={fromOf(props, 'outliers')}>
        <NumberInput
          label="Lowest percentile of y"
          value={low}
          min={0}
          max={Math.max(0, high - 1)}
          unit="%"
          onChange={next => next !== null && onChange({ outliers: [next, high] })}
        />
        <span className="t3">to</span>
        <NumberInput
          label="Highest percentile of y"
          value={high}
          min={Math.min(100, low + 1)}
          max={100}
          unit="%"
          onChange={next => next !== null && onChange({ outliers: [low, next] })}
        />
        <Back name="outliers" label="outliers" {...props} />
      </Field>
      <Field label="Min and max" from={fromOf(props, 'bounds')}>
        <Select
          label="When lowest and highest of a bucket are drawn"
          value={value?.bounds ?? inherited.bounds}
          options={choices(BOUNDS_NAMES)}
          onChange={bounds => onChange({ bounds })}
        />
        <Back name="bounds" label="min and max" {...props} />
      </Field>
      <Field label="X from" from={fromOf(props, 'window')}>
        <NumberInput
          label="X from"
          value={from}
          placeholder="start"
          onChange={next => onChange({ window: [next, to] })}
        />
        <span className="t3">to</span>
        <NumberInput label="X to" value={to} placeholder="end" onChange={next => onChange({ window: [from, next] })} />
        <Back name="window" label="the stretch of x" {...props} />
      </Field>
    </Fields>
  )
}

export function LegendFields(props: SettingsFieldsProps) {
  const { value, inherited, onChange } = props
  return (
    <Fields>
      <Field
        label="Legend"
        from={fromOf(props, 'legend')}
        help="What a line is called: ${name}, ${config.lr}, ${summary.loss}"
      >
        <TextField
          label="Legend"
          isMono
          value={value?.legend ?? inherited.legend}
          placeholder="run name"
          onChange={legend => onChange({ legend: legend || undefined })}
        />
        <Back name="legend" label="the legend" {...props} />
      </Field>
    </Fields>
  )
}

/** All of them, for a place that is no panel. */
export function SettingsFields(props: SettingsFieldsProps) {
  return (
    <>
      <AxisFields {...props} />
      <FieldsTitle>Smoothing</FieldsTitle>
      <SmoothingFields {...props} />
      <FieldsTitle>What is drawn</FieldsTitle>
      <PointFields {...props} />
      <FieldsTitle>Names</FieldsTitle>
      <LegendFields {...props} />
    </>
  )
}
