/** Settings of parallel coordinates: the axes in their order, each with its scale. */

import { IconButton } from '../../ui/Button'
import { Field, Fields, FieldsTitle, Select } from '../../ui/form'
import { KeyField, KeysField } from '../editing'
import { keyTitle } from '../keys'
import type { PanelEditorProps } from '../registry'
import type { ParallelAxis, ParallelPanel } from '../schema'

export function ParallelEditor({ panel, onChange }: PanelEditorProps<ParallelPanel>) {
  const { axes = [] } = panel
  const change = (at: number, fields: Partial<ParallelAxis>): void =>
    onChange({
      axes: axes.map((axis, i) => (i === at ? { key: axis.key, scale: axis.scale ?? 'auto', ...fields } : axis)),
    })
  const move = (at: number, by: number): void => {
    const next = [...axes]
    const [axis] = next.splice(at, 1)
    if (axis) next.splice(at + by, 0, axis)
    onChange({ axes: next })
  }
  return (
    <>
      <Fields>
        <KeysField
          label="Axes"
          values={axes.map(axis => axis.key)}
          placeholder={axes.length === 0 ? 'chosen by themselves' : 'add an axis'}
          onChange={keys => onChange({ axes: keys?.map(key => axes.find(axis => axis.key === key) ?? { key }) })}
        />
        <KeyField
          label="Colour"
          value={panel.colour ?? ''}
          none="by the last axis"
          onChange={colour => onChange({ colour })}
        />
      </Fields>
      {axes.length > 0 && <FieldsTitle>Axes from left to right</FieldsTitle>}
      <Fields>
        {axes.map((axis, i) => (
          <Field key={axis.key} label={keyTitle(axis.key)}>
            <Select
              label={`Scale of ${keyTitle(axis.key)}`}
              value={axis.scale ?? 'auto'}
              options={[
                { value: 'auto', label: 'By its values' },
                { value: 'linear', label: 'Linear' },
                { value: 'log', label: 'Logarithmic' },
                { value: 'category', label: 'Categories' },
              ]}
              onChange={scale => change(i, { scale })}
            />
            <IconButton
              small
              icon="arrow-up"
              label={`Move ${keyTitle(axis.key)} left`}
              disabled={i === 0}
              onClick={() => move(i, -1)}
            />
            <IconButton
              small
              icon="arrow-down"
              label={`Move ${keyTitle(axis.key)} right`}
              disabled={i === axes.length - 1}
              onClick={() => move(i, 1)}
            />
          </Field>
        ))}
      </Fields>
    </>
  )
}
