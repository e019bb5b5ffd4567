/** Settings of bars, boxes and violins. */

import { Field, Fields, NumberInput, Select, Toggle } from '../../ui/form'
import { KeyField, KeysField, ScaleField } from '../editing'
import type { PanelEditorProps } from '../registry'
import type { BarPanel } from '../schema'
import { ERROR_TITLES } from './prepare'

export function BarEditor({ panel, onChange }: PanelEditorProps<BarPanel>) {
  const { draw = 'bar', error = 'std', order = '-value', scale = 'linear', most = 20, group = [] } = panel
  return (
    <Fields>
      <KeyField label="Value" value={panel.value ?? ''} onChange={value => onChange({ value, aggregate: undefined })} />
      <KeysField label="Groups" values={group} placeholder="a bar per run" onChange={group => onChange({ group })} />
      <Field label="Draw">
        <Select
          label="Draw"
          value={draw}
          options={[
            { value: 'bar', label: 'Bars' },
            { value: 'box', label: 'Boxes' },
            { value: 'violin', label: 'Violins' },
          ]}
          onChange={draw => onChange({ draw: draw === 'bar' ? undefined : draw })}
        />
      </Field>
      <Field label="Upright">
        <Toggle
          label="Upright"
          isOn={panel.is_vertical ?? false}
          onChange={on => onChange({ is_vertical: on || undefined })}
        />
      </Field>
      {draw === 'bar' && group.length > 0 && (
        <Field label="Whiskers">
          <Select
            label="Whiskers"
            value={error}
            options={(Object.keys(ERROR_TITLES) as (typeof error)[]).map(value => ({
              value,
              label: ERROR_TITLES[value] || 'None',
            }))}
            onChange={error => onChange({ error: error === 'std' ? undefined : error })}
          />
        </Field>
      )}
      <Field label="At most">
        <NumberInput
          label="At most"
          value={most}
          min={1}
          max={500}
          isInteger
          onChange={most => onChange({ most: most === 20 ? undefined : (most ?? undefined) })}
        />
      </Field>
      <Field label="Order">
        <Select
          label="Order"
          value={order}
          options={[
            { value: '-value', label: 'Highest first' },
            { value: 'value', label: 'Lowest first' },
            { value: 'name', label: 'By name' },
            { value: 'runs', label: 'As the run list' },
          ]}
          onChange={order => onChange({ order: order === '-value' ? undefined : order })}
        />
      </Field>
      <ScaleField label="Scale" value={scale} onChange={scale => onChange({ scale })} />
    </Fields>
  )
}
