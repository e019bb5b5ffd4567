/** How single lines look: by metric, by run or by group. */

import { useState } from 'react'
import { RUN_COLOURS } from '../../charts/palette'
import { Field, Fields, FieldsTitle, NumberInput, Select } from '../../ui/form'
import type { PanelEditorProps } from '../registry'
import type { LineStyle } from '../schema'
import { choices, type Choices } from './EditorParts'
import { type LinePanel, nameOf } from './schema'

const DASHES: Choices<'own' | 'solid' | 'dashed' | 'dotted'> = {
  own: 'Own',
  solid: 'Solid',
  dashed: 'Dashed',
  dotted: 'Dotted',
}
const MARKS: Choices<NonNullable<Exclude<LineStyle['mark'], ''>>> = {
  none: 'None',
  circle: 'Circle',
  square: 'Square',
  triangle: 'Triangle',
  cross: 'Cross',
}
const DRAWS: Choices<'own' | 'line' | 'step' | 'points' | 'area'> = {
  own: 'As the panel',
  line: 'Line',
  step: 'Steps',
  points: 'Points',
  area: 'Area',
}

export function StyleFields({
  panel,
  onChange,
}: {
  panel: LinePanel
  onChange: PanelEditorProps<LinePanel>['onChange']
}) {
  const styles = panel.styles ?? {}
  const keys = panel.y
    .filter(y => y.metric || y.expression)
    .map(y => ({ key: y.metric || `=${y.expression}`, name: nameOf(y) }))
  const others = Object.keys(styles).filter(key => !keys.some(known => known.key === key))
  const all = [...keys, ...others.map(key => ({ key, name: key.replace(/^(group:|=)/, '') }))]
  const [chosen, setChosen] = useState(all[0]?.key ?? '')
  if (all.length === 0) return null
  const at = all.some(one => one.key === chosen) ? chosen : (all[0]?.key as string)
  const style = styles[at] ?? {}
  const set = (changes: { [K in keyof LineStyle]?: LineStyle[K] | undefined }): void => {
    const next = Object.fromEntries(Object.entries({ ...style, ...changes }).filter(([, value]) => value !== undefined))
    const { [at]: _, ...rest } = styles
    const joined = Object.keys(next).length > 0 ? { ...rest, [at]: next } : rest
    onChange({ styles: Object.keys(joined).length > 0 ? joined : undefined })
  }
  return (
    <>
      <FieldsTitle>Look of one line</FieldsTitle>
      <Fields>
        <Field label="Lines of">
          <Select
            label="Lines of"
            value={at}
            options={all.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={setChosen}
          />
        </Field>
        <Field label="Colour">
          <span className="line-swatches" role="group" aria-label="Colour">
            <button
              type="button"
              className="line-swatch own"
              aria-pressed={!style.colour}
              onClick={() => set({ colour: undefined })}
            >
              Own
            </button>
            {Array.from({ length: RUN_COLOURS }, (_, i) => (
              <button
                key={i}
                type="button"
                className="line-swatch"
                aria-label={`Colour ${i + 1}`}
                aria-pressed={style.colour === i + 1}
                style={{ background: `var(--run-${i + 1})` }}
                onClick={() => set({ colour: i + 1 })}
              />
            ))}
          </span>
        </Field>
        <Field label="Dash">
          <Select
            label="Dash"
            value={style.dash || 'own'}
            options={choices(DASHES)}
            onChange={dash => set({ dash: dash === 'own' ? undefined : dash })}
          />
        </Field>
        <Field label="Width">
          <NumberInput
            label="Width"
            value={style.width || null}
            min={0.5}
            max={8}
            unit="px"
            placeholder="1.4"
            onChange={width => set({ width: width ?? undefined })}
          />
        </Field>
        <Field label="Mark">
          <Select
            label="Mark on points"
            value={style.mark || 'none'}
            options={choices(MARKS)}
            onChange={mark => set({ mark: mark === 'none' ? undefined : mark })}
          />
        </Field>
        <Field label="Draw">
          <Select
            label="How this line is drawn"
            value={style.draw || 'own'}
            options={choices(DRAWS)}
            onChange={draw => set({ draw: draw === 'own' ? undefined : draw })}
          />
        </Field>
      </Fields>
    </>
  )
}
