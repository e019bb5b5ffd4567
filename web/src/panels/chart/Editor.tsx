/** Settings of custom charts: a preset or a specification, where the rows come from, and a column for each slot. */

import { useEffect, useMemo, useRef, useState } from 'react'
import { useDraft } from '../../ui/drafts'
import { Field, Fields, FieldsTitle, KeyPicker, NumberInput, Select, TextField } from '../../ui/form'
import { useRunColumns } from '../columns'
import { useKeyOptions } from '../editing'
import { mediaTypeOf } from '../media/schema'
import type { PanelEditorProps } from '../registry'
import type { ChartPanel } from '../schema'
import { ChartChoice } from './ChartChoice'
import { PresetTools } from './PresetTools'
import { type ChosenChart, ROWS_MOST, slotsOf } from './schema'
import { useTemplate } from './template'

export function ChartEditor({ panel, onChange }: PanelEditorProps<ChartPanel>) {
  const { source = 'runs', fields = {}, strings = {} } = panel
  const columns = useRunColumns(true)
  const runKeys = useKeyOptions('all')
  const options = useMemo(() => {
    if (source === 'runs') return [{ key: 'run', hint: 'run' }, ...runKeys]
    const metrics = (columns ?? []).flatMap(({ section, key, kinds }) =>
      section === 'metric' && mediaTypeOf({ kinds }) === null ? [{ key, hint: 'metric' }] : [],
    )
    return [{ key: 'run', hint: 'run' }, { key: 'step', hint: 'step' }, ...metrics]
  }, [source, runKeys, columns])
  const charts = useMemo(
    () =>
      (columns ?? []).flatMap(column => (mediaTypeOf(column) === 'chart' ? [{ key: column.key, hint: 'chart' }] : [])),
    [columns],
  )
  const { spec } = useTemplate(panel)
  const slots = slotsOf(spec)
  const isOwn = panel.spec !== undefined
  const choose = (chosen: ChosenChart): void => onChange({ ...chosen })
  const setField = (slot: string, key: string): void => {
    const next = Object.fromEntries(Object.entries({ ...fields, [slot]: key }).filter(([, value]) => value !== ''))
    onChange({ fields: Object.keys(next).length > 0 ? next : undefined })
  }
  return (
    <>
      <Fields>
        <Field label="Rows">
          <Select
            label="Rows"
            value={source}
            options={[
              { value: 'runs', label: 'One for each run' },
              { value: 'history', label: 'Steps of runs' },
              { value: 'logged', label: 'A logged chart’s table' },
            ]}
            onChange={next => onChange({ source: next === 'runs' ? undefined : next })}
          />
        </Field>
        {source === 'logged' && (
          <Field label="Chart" isWide>
            <KeyPicker
              label="Logged chart"
              value={panel.key ?? ''}
              options={charts}
              none="none"
              onChange={key => onChange({ key: key || undefined })}
            />
          </Field>
        )}
        {source === 'history' && (
          <Field label="Rows a run">
            <NumberInput
              label="Rows of each run at most"
              value={panel.rows_most ?? ROWS_MOST}
              min={1}
              max={5000}
              isInteger
              onChange={next => onChange({ rows_most: next === null || next === ROWS_MOST ? undefined : next })}
            />
          </Field>
        )}
        <ChartChoice panel={panel} onChange={choose} />
      </Fields>
      <PresetTools panel={panel} onChange={choose} />
      {isOwn && <SpecField of={panel.id} spec={panel.spec ?? {}} onChange={next => onChange({ spec: next })} />}
      {slots.fields.length > 0 && <FieldsTitle>Columns</FieldsTitle>}
      <Fields>
        {slots.fields.map(slot => (
          <Field key={slot} label={slot} isWide>
            {source === 'logged' ? (
              <TextField
                label={`Column of ${slot}`}
                isMono
                value={fields[slot] ?? ''}
                placeholder="as it was logged"
                onChange={next => setField(slot, next)}
              />
            ) : (
              <KeyPicker
                label={`Column of ${slot}`}
                value={fields[slot] ?? ''}
                options={options}
                none="none"
                onChange={next => setField(slot, next)}
              />
            )}
          </Field>
        ))}
        {slots.strings.map(slot => (
          <Field key={slot} label={slot} isWide>
            <TextField
              label={`Text of ${slot}`}
              value={strings[slot] ?? ''}
              onChange={next => {
                const { [slot]: _, ...others } = strings
                const all = next === '' ? others : { ...others, [slot]: next }
                onChange({ strings: Object.keys(all).length > 0 ? all : undefined })
              }}
            />
          </Field>
        ))}
      </Fields>
    </>
  )
}

/** JSON that counts when it is left or closed and reads; until then it says what is wrong, changes nothing and stays. */
function SpecField({
  of,
  spec,
  onChange,
}: {
  /** The panel. */
  of: string
  spec: Record<string, unknown>
  onChange: (spec: Record<string, unknown>) => void
}) {
  const written = useMemo(() => JSON.stringify(spec, null, 2), [spec])
  const [fault, setFault] = useState('')
  const leave = useRef<() => void>(() => undefined)
  // Before the draft's own end, which says what is left of it.
  useEffect(() => () => leave.current(), [])
  const draft = useDraft<{ text: string; of: string } | null>({
    of: `spec ${of}`,
    start: null,
    isChanged: typed => typed !== null && typed.text !== typed.of,
    isOnItsWay: false,
    kept: 'The specification does not read, so the chart stays as it is. What you wrote is there when you open it again.',
  })
  const typed = draft.value
  const text = typed && typed.of === written ? typed.text : written
  const take = (): void => {
    const read = readSpec(text)
    setFault('error' in read ? read.error : '')
    if ('error' in read || text === written) return
    draft.drop()
    onChange(read.spec)
  }
  useEffect(() => {
    leave.current = take
  })
  return (
    <div className="field">
      <label htmlFor="vega-spec">
        Vega-Lite, with {'${field:x}'} and {'${string:title}'} as slots
      </label>
      <textarea
        id="vega-spec"
        className="input mono"
        rows={14}
        spellCheck={false}
        value={text}
        aria-invalid={fault !== ''}
        onChange={event => draft.set({ text: event.target.value, of: written })}
        onBlur={take}
      />
      {fault !== '' && (
        <span className="help bad" role="alert">
          {fault}
        </span>
      )}
    </div>
  )
}

function readSpec(text: string): { spec: Record<string, unknown> } | { error: string } {
  try {
    const read: unknown = JSON.parse(text)
    const isObject = typeof read === 'object' && read !== null && !Array.isArray(read)
    return isObject ? { spec: read as Record<string, unknown> } : { error: 'It is not an object' }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
