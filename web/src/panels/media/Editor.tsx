/** Settings of panels of media. */

import { useMemo } from 'react'
import { ChipsInput, Field, Fields, FieldsTitle, NumberInput, Select, TextField, Toggle } from '../../ui/form'
import { useRunColumns } from '../columns'
import type { PanelEditorProps } from '../registry'
import type { MediaPanel } from '../schema'
import { OPACITY } from './classes'
import { mediaKeys, RUNS_MOST } from './schema'

export function MediaEditor({ panel, onChange }: PanelEditorProps<MediaPanel>) {
  const { keys = [], pattern = '', columns: by = 'key', stride = 1, overlays = {} } = panel
  const columns = useRunColumns(true)
  const options = useMemo(() => mediaKeys(columns ?? []), [columns])
  return (
    <>
      <Fields>
        <Field
          label="Media"
          isWide
          {...(options.length === 0
            ? { help: 'No run has logged media yet: run.log({"examples": assay.Image(array)}).' }
            : {})}
        >
          <ChipsInput
            label="Media"
            values={keys}
            options={options}
            placeholder="the first"
            onAdd={key => onChange({ keys: [...keys.filter(one => one !== key), key] })}
            onRemove={key => {
              const next = keys.filter(one => one !== key)
              onChange({ keys: next.length > 0 ? next : undefined })
            }}
          />
        </Field>
        <Field label="Also matching" isWide help="A regular expression over keys: ^val/">
          <TextField
            label="Also matching"
            isMono
            value={pattern}
            placeholder="none"
            onChange={next => onChange({ pattern: next || undefined })}
          />
        </Field>
        <Field label="Columns">
          <Select
            label="Columns"
            value={by}
            options={[
              { value: 'key', label: 'All of one step' },
              { value: 'step', label: 'Steps' },
            ]}
            onChange={next => onChange({ columns: next === 'key' ? undefined : next })}
          />
        </Field>
        {by === 'step' && (
          <Field label="Every">
            <NumberInput
              label="Every so manyth step"
              value={stride}
              min={1}
              max={10_000}
              isInteger
              unit="steps"
              onChange={next => onChange({ stride: next === null || next === 1 ? undefined : next })}
            />
          </Field>
        )}
        {by === 'key' && (
          <Field label="Page’s step" help="All panels that follow it move together.">
            <Toggle
              label="Follow the page’s step"
              isOn={panel.is_synced ?? true}
              onChange={on => onChange({ is_synced: on ? undefined : false })}
            />
          </Field>
        )}
        <Field label="Runs">
          <NumberInput
            label="Runs at most"
            value={panel.runs_most ?? RUNS_MOST}
            min={1}
            max={100}
            isInteger
            onChange={next => onChange({ runs_most: next === null || next === RUNS_MOST ? undefined : next })}
          />
        </Field>
        <Field label="Of each list">
          <NumberInput
            label="Of each list at most"
            value={panel.list_most || null}
            min={1}
            max={1000}
            isInteger
            placeholder="all"
            onChange={next => onChange({ list_most: next || undefined })}
          />
        </Field>
        <Field label="Height">
          <NumberInput
            label="Height of a medium"
            value={panel.size || null}
            min={40}
            max={1000}
            isInteger
            placeholder="as fits"
            unit="px"
            onChange={next => onChange({ size: next || undefined })}
          />
        </Field>
        <Field label="Sharp pixels">
          <Toggle
            label="Sharp pixels"
            isOn={panel.is_pixelated ?? false}
            onChange={on => onChange({ is_pixelated: on || undefined })}
          />
        </Field>
      </Fields>
      <FieldsTitle>Over images</FieldsTitle>
      <Fields>
        <Field label="Masks">
          <Toggle
            label="Masks"
            isOn={overlays.masks ?? true}
            onChange={on => onChange({ overlays: { ...overlays, masks: on } })}
          />
        </Field>
        <Field label="Outline only">
          <Toggle
            label="Outline only"
            isOn={overlays.is_outline ?? false}
            onChange={on => onChange({ overlays: { ...overlays, is_outline: on } })}
          />
        </Field>
        <Field label="Opacity">
          <NumberInput
            label="Opacity of masks"
            value={overlays.opacity ?? OPACITY}
            min={0}
            max={1}
            onChange={next => next !== null && onChange({ overlays: { ...overlays, opacity: next } })}
          />
        </Field>
        <Field label="Boxes">
          <Toggle
            label="Boxes"
            isOn={overlays.boxes ?? true}
            onChange={on => onChange({ overlays: { ...overlays, boxes: on } })}
          />
        </Field>
      </Fields>
    </>
  )
}
