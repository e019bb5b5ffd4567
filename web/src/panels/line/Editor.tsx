/** The settings of a line panel, in four tabs: what is drawn, over which axes, how lines look, what is marked. */

import type { PanelEditorProps } from '../registry'
import {
  AxisFields,
  fromOf,
  LegendFields,
  PointFields,
  type SettingsFieldsProps,
  SmoothingFields,
} from '../SettingsFields'
import { withSettings } from '../settings'
import { Field, FieldsTitle, Fields, Select, Toggle } from '../../ui/form'
import { type Choices, choices, Range } from './EditorParts'
import { DataFields } from './EditorData'
import { MarkFields } from './EditorMarks'
import { StyleFields } from './EditorStyles'
import { TOKENS } from './legend'
import type { LinePanel } from './schema'

export const LINE_TABS = ['Data', 'Axes', 'Lines', 'Marks'] as const

const SCALES: Choices<NonNullable<LinePanel['y_scale']>> = {
  linear: 'Linear',
  log: 'Logarithmic',
  symlog: 'Symmetric log',
}
const DRAWS: Choices<NonNullable<LinePanel['draw']>> = {
  line: 'Lines',
  step: 'Steps',
  points: 'Points',
  area: 'Areas',
  percent: 'Shares of 100 %',
}

export function LineEditor({ panel, tab, inherited, origins, columns, onChange }: PanelEditorProps<LinePanel>) {
  const settings: SettingsFieldsProps = {
    value: panel.settings,
    inherited,
    origins,
    columns,
    onChange: (changes, options) => onChange({ settings: withSettings(panel.settings, changes) }, options),
  }
  if (tab === 'Axes') return <AxesTab panel={panel} settings={settings} onChange={onChange} />
  if (tab === 'Lines') return <LinesTab panel={panel} settings={settings} onChange={onChange} />
  if (tab === 'Marks') return <MarkFields panel={panel} onChange={onChange} />
  return (
    <>
      <DataFields panel={panel} columns={columns} onChange={onChange} />
      <FieldsTitle>Smoothing</FieldsTitle>
      <SmoothingFields {...settings} />
      <FieldsTitle>What is drawn</FieldsTitle>
      <PointFields {...settings} />
    </>
  )
}

interface TabProps {
  panel: LinePanel
  settings: SettingsFieldsProps
  onChange: PanelEditorProps<LinePanel>['onChange']
}

function AxesTab({ panel, settings, onChange }: TabProps) {
  const hasRight = panel.y.some(y => y.side === 'right')
  return (
    <>
      <AxisFields {...settings} />
      <FieldsTitle>Y axis</FieldsTitle>
      <Fields>
        <Field
          label="Scale"
          help={panel.y_scale === 'log' ? 'Values of zero and below have no place: symmetric log has one.' : undefined}
        >
          <Select
            label="Scale of y"
            value={panel.y_scale ?? 'linear'}
            options={choices(SCALES)}
            onChange={y_scale => onChange({ y_scale: y_scale === 'linear' ? undefined : y_scale })}
          />
        </Field>
        <Range label="Y" value={panel.y_range} onChange={y_range => onChange({ y_range, y_zoom: undefined })} />
      </Fields>
      {hasRight && (
        <>
          <FieldsTitle>Second y axis</FieldsTitle>
          <Fields>
            <Field label="Scale">
              <Select
                label="Scale of the second y axis"
                value={panel.y2_scale ?? 'linear'}
                options={choices(SCALES)}
                onChange={y2_scale => onChange({ y2_scale: y2_scale === 'linear' ? undefined : y2_scale })}
              />
            </Field>
            <Range label="Second y" value={panel.y2_range} onChange={y2_range => onChange({ y2_range })} />
          </Fields>
        </>
      )}
      <FieldsTitle>Layout</FieldsTitle>
      <Fields>
        <Field label="Small multiples" help="A picture for each metric, on one x.">
          <Toggle
            label="A picture for each metric"
            isOn={panel.is_small_multiples ?? false}
            onChange={isOn => onChange({ is_small_multiples: isOn || undefined })}
          />
        </Field>
      </Fields>
    </>
  )
}

function LinesTab({ panel, settings, onChange }: TabProps) {
  return (
    <>
      <Fields>
        <Field label="Draw">
          <Select
            label="How lines are drawn"
            value={panel.draw ?? 'line'}
            options={choices(DRAWS)}
            onChange={draw => onChange({ draw: draw === 'line' ? undefined : draw })}
          />
        </Field>
      </Fields>
      <StyleFields panel={panel} onChange={onChange} />
      <FieldsTitle>Legend and tip</FieldsTitle>
      <LegendFields {...settings} />
      <p className="hint">
        What stands in double brackets is said by the tip: <code>{'${run:name} [[ ${y} (${original}) ]]'}</code>
        {fromOf(settings, 'legend') === undefined ? '.' : ', inherited.'}
      </p>
      <dl className="kv token-list">
        {TOKENS.map(([token, about]) => (
          <div key={token} className="contents">
            <dt>
              <code>{token}</code>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
