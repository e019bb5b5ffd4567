/** Settings of panels of things in space. */

import { useMemo } from 'react'
import { Field, Fields, KeyPicker, NumberInput, Select, Toggle } from '../../ui/form'
import { useRunColumns } from '../columns'
import { mediaTypeOf, SPATIAL } from '../media/schema'
import { MEDIA_NAMES } from '../media/values'
import type { PanelEditorProps } from '../registry'
import type { ScenePanel } from '../schema'
import { POINT_SIZE, SCENE_RUNS_MOST } from './schema'

export function SceneEditor({ panel, onChange }: PanelEditorProps<ScenePanel>) {
  const columns = useRunColumns(true)
  const options = useMemo(
    () =>
      (columns ?? []).flatMap(column => {
        const type = mediaTypeOf(column)
        return type && SPATIAL.has(type) ? [{ key: column.key, hint: MEDIA_NAMES[type] }] : []
      }),
    [columns],
  )
  return (
    <Fields>
      <Field
        label="Object"
        isWide
        {...(options.length === 0
          ? { help: 'No run has logged one yet: run.log({"cloud": assay.Object3D(points)}).' }
          : {})}
      >
        <KeyPicker
          label="Object"
          value={panel.key ?? ''}
          options={options}
          none="the first"
          onChange={key => onChange({ key: key || undefined })}
        />
      </Field>
      <Field label="Colour">
        <Select
          label="Colour of points"
          value={panel.colour ?? 'own'}
          options={[
            { value: 'own', label: 'Their own' },
            { value: 'height', label: 'By height' },
            { value: 'distance', label: 'By distance' },
          ]}
          onChange={colour => onChange({ colour: colour === 'own' ? undefined : colour })}
        />
      </Field>
      <Field label="Points">
        <NumberInput
          label="Size of points"
          value={panel.point_size ?? POINT_SIZE}
          min={0.5}
          max={20}
          unit="px"
          onChange={size => onChange({ point_size: size === null || size === POINT_SIZE ? undefined : size })}
        />
      </Field>
      <Field label="Wireframe">
        <Toggle
          label="Wireframe"
          isOn={panel.is_wireframe ?? false}
          onChange={on => onChange({ is_wireframe: on || undefined })}
        />
      </Field>
      <Field label="Axes">
        <Toggle
          label="Axes"
          isOn={panel.has_axes ?? true}
          onChange={on => onChange({ has_axes: on ? undefined : false })}
        />
      </Field>
      <Field label="One camera">
        <Toggle
          label="One camera for all runs"
          isOn={panel.is_camera_synced ?? true}
          onChange={on => onChange({ is_camera_synced: on ? undefined : false })}
        />
      </Field>
      <Field label="Runs">
        <NumberInput
          label="Runs at most"
          value={panel.runs_most ?? SCENE_RUNS_MOST}
          min={1}
          max={16}
          isInteger
          onChange={next => onChange({ runs_most: next === null || next === SCENE_RUNS_MOST ? undefined : next })}
        />
      </Field>
      <Field label="Page’s step">
        <Toggle
          label="Follow the page’s step"
          isOn={panel.is_synced ?? true}
          onChange={on => onChange({ is_synced: on ? undefined : false })}
        />
      </Field>
    </Fields>
  )
}
