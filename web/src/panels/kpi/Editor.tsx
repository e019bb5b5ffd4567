/** Settings of a figure. */

import { Field, Fields, NumberInput, Select, TextField, Toggle } from '../../ui/form'
import { MetricField } from '../editing'
import type { PanelEditorProps } from '../registry'
import type { KpiPanel } from '../schema'

export function KpiEditor({ panel, onChange }: PanelEditorProps<KpiPanel>) {
  const { metric = '', aggregate = 'best', format = '', has_sparkline: hasSparkline = true, warn, bad } = panel
  return (
    <Fields>
      <MetricField label="Metric" value={metric} onChange={metric => onChange({ metric })} />
      <Field label="Show">
        <Select
          label="Show"
          value={aggregate}
          options={[
            { value: 'best', label: 'The best, by the goal' },
            { value: 'last', label: 'Of the newest run' },
            { value: 'min', label: 'The lowest' },
            { value: 'max', label: 'The highest' },
            { value: 'mean', label: 'The mean of all runs' },
            { value: 'count', label: 'How many runs have it' },
          ]}
          onChange={value => onChange({ aggregate: value === 'best' ? undefined : value })}
        />
      </Field>
      <Field label="Format" help="Empty: four digits. %, integer, duration, or .3 for three decimals.">
        <TextField
          label="Format"
          value={format}
          placeholder="four digits"
          onChange={text => onChange({ format: text || undefined })}
        />
      </Field>
      <Field label="Sparkline">
        <Toggle
          label="Sparkline"
          isOn={hasSparkline}
          onChange={on => onChange({ has_sparkline: on ? undefined : false })}
        />
      </Field>
      <Field label="Warn beyond">
        <NumberInput
          label="Warn beyond"
          value={warn ?? null}
          placeholder="never"
          onChange={warn => onChange({ warn: warn ?? undefined })}
        />
      </Field>
      <Field label="Bad beyond" help="In the direction that the metric’s goal calls worse.">
        <NumberInput
          label="Bad beyond"
          value={bad ?? null}
          placeholder="never"
          onChange={bad => onChange({ bad: bad ?? undefined })}
        />
      </Field>
    </Fields>
  )
}
