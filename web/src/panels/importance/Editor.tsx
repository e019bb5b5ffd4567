/** Settings of parameter importance. */

import { Field, Fields, NumberInput, Select } from '../../ui/form'
import { KeysField, MetricField } from '../editing'
import type { PanelEditorProps } from '../registry'
import type { ImportancePanel } from '../schema'

export function ImportanceEditor({ panel, onChange }: PanelEditorProps<ImportancePanel>) {
  const { target = '', aggregate, params = [], most = 12, seed = 0 } = panel
  return (
    <Fields>
      <MetricField label="Metric" value={target} onChange={target => onChange({ target })} />
      <Field label="Of each run">
        <Select
          label="Of each run"
          value={aggregate ?? 'best'}
          options={[
            { value: 'best', label: 'Its best, by the goal' },
            { value: 'last', label: 'Its last value' },
            { value: 'min', label: 'Its lowest' },
            { value: 'max', label: 'Its highest' },
            { value: 'mean', label: 'Its mean' },
          ]}
          onChange={value => onChange({ aggregate: value === 'best' ? undefined : value })}
        />
      </Field>
      <KeysField
        label="Parameters"
        values={params}
        what="config"
        placeholder="every config key that differs"
        onChange={params => onChange({ params })}
      />
      <Field label="At most">
        <NumberInput
          label="At most"
          value={most}
          min={1}
          max={50}
          isInteger
          onChange={most => onChange({ most: most === 12 ? undefined : (most ?? undefined) })}
        />
      </Field>
      <Field label="Seed" help="The same seed gives the same numbers.">
        <NumberInput
          label="Seed"
          value={seed}
          min={0}
          isInteger
          onChange={seed => onChange({ seed: seed || undefined })}
        />
      </Field>
    </Fields>
  )
}
