/** What is marked on a line panel: alerts, checkpoints, resumes and rewinds of its runs, and regions with their names. */

import { formatX } from '../../charts/ticks'
import type { Axis } from '../../data/metricStore'
import { IconButton } from '../../ui/Button'
import { Field, Fields, FieldsTitle, TextField, Toggle } from '../../ui/form'
import { axisKind, axisTitle } from '../context'
import type { PanelEditorProps } from '../registry'
import type { LinePanel } from './schema'

export function MarkFields({
  panel,
  onChange,
}: {
  panel: LinePanel
  onChange: PanelEditorProps<LinePanel>['onChange']
}) {
  const regions = panel.regions ?? []
  return (
    <>
      <Fields>
        <Field
          label="Events"
          help="A mark on the axis where a drawn run raised an alert, kept a checkpoint, was resumed or rewound; the tip says which."
        >
          <Toggle
            label="Alerts, checkpoints, resumes and rewinds on the axis"
            isOn={panel.has_alerts !== false}
            onChange={isOn => onChange({ has_alerts: isOn ? undefined : false })}
          />
        </Field>
        <Field label="Unit" help="Stands in the head of the panel.">
          <TextField
            label="Unit"
            value={panel.unit ?? ''}
            placeholder="none"
            onChange={unit => onChange({ unit: unit || undefined })}
          />
        </Field>
      </Fields>
      <FieldsTitle>Regions</FieldsTitle>
      {regions.length === 0 && (
        <p className="hint">None yet. Press M on the panel and drag over the stretch to mark.</p>
      )}
      <Fields>
        {regions.map(region => {
          const axis = region.axis as Axis
          const kind = axisKind(axis)
          return (
            <Field
              key={region.id}
              label={region.name || 'Region'}
              help={`${axisTitle(axis)} ${formatX(kind, region.from_x)} to ${formatX(kind, region.to_x)}${region.note ? `: ${region.note}` : ''}`}
            >
              <TextField
                label="Name of the region"
                value={region.name ?? ''}
                onChange={name =>
                  onChange({ regions: regions.map(one => (one.id === region.id ? { ...one, name } : one)) })
                }
              />
              <IconButton
                small
                icon="trash"
                label={`Remove ${region.name || 'the region'}`}
                onClick={() => {
                  const rest = regions.filter(one => one.id !== region.id)
                  onChange({ regions: rest.length > 0 ? rest : undefined })
                }}
              />
            </Field>
          )
        })}
      </Fields>
    </>
  )
}
