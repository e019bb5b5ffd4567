/** What x counts in the panels of history: steps, time, another metric of the same rows, or an expression over metrics. */

import { useState } from 'react'
import type { Axis } from '../../data/metricStore'
import { AXIS_CHOICES, axisKindOf } from '../../panels/SettingsFields'
import type { Scale } from '../../panels/schema'
import { Segmented } from '../../ui/controls'
import { KeyList, TextField } from '../../ui/form'
import { Icon } from '../../ui/icons'
import { Popover } from '../../ui/Popover'

const CHOICES = [
  { value: undefined, label: 'Automatic', hint: 'as metrics define, else steps' },
  ...AXIS_CHOICES,
] as const

export function axisName(axis: Axis): string {
  const known = AXIS_CHOICES.find(choice => choice.value === axis)
  if (known) return known.label
  return axis.startsWith('metric:') ? axis.slice('metric:'.length) : axis
}

export function AxisMenu({
  axis,
  hasDefined,
  scale,
  metrics,
  onChange,
  onScale,
}: {
  /** What was chosen for the page; undefined: nothing. */
  axis: Axis | undefined
  /** Metrics that stand over others by their definitions are here. */
  hasDefined: boolean
  scale: Scale
  metrics: readonly string[]
  onChange: (axis: Axis | undefined) => void
  onScale: (scale: Scale) => void
}) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string | undefined>(undefined)
  const choose = (next: Axis | undefined): void => {
    onChange(next)
    setOpen(false)
    setTyped('')
  }
  const chosen = new Set(axis?.startsWith('metric:') ? [axis.slice('metric:'.length)] : [])
  return (
    <Popover
      label="X axis"
      className="axis-pop"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="set">
          X axis <b>{axis === undefined && hasDefined ? 'Automatic' : axisName(axis ?? 'step')}</b>
          {scale === 'log' && <span className="pill">log</span>}
          <Icon name="chev-d" size={11} />
        </button>
      }
    >
      <ul className="sort-list">
        {CHOICES.map(({ value, label, hint }) => (
          <li key={label}>
            <button type="button" className="menu-i" aria-pressed={axis === value} onClick={() => choose(value)}>
              <span>{label}</span>
              <span className="hint right">{hint}</span>
              {axis === value && <Icon name="check" size={12} />}
            </button>
          </li>
        ))}
      </ul>
      <div className="axis-scale">
        <span className="hint">Scale</span>
        <Segmented
          small
          label="Scale of the x axis"
          value={scale === 'log' ? 'log' : 'linear'}
          options={[
            { value: 'linear', label: 'Linear' },
            { value: 'log', label: 'Log' },
          ]}
          onChange={onScale}
        />
      </div>
      {metrics.length > 0 && (
        <KeyList
          label="Find another metric for x"
          placeholder="Another metric"
          options={metrics.map(key => ({ key }))}
          chosen={chosen}
          typed={typed}
          height={Math.min(224, 28 * metrics.length)}
          onTyped={setTyped}
          onChoose={key => choose(`metric:${key}`)}
          none="No metric is called so"
          isFocused={false}
        />
      )}
      <div className="axis-expression">
        <TextField
          label="Expression for x"
          placeholder="Expression: ${epoch} * 1000"
          isMono
          value={axis !== undefined && axisKindOf(axis) === 'expression' ? axis : ''}
          error={error}
          onChange={text => {
            if (text === '') return
            if (!text.includes('${')) setError('Name a metric as ${name}')
            else {
              setError(undefined)
              choose(text as Axis)
            }
          }}
        />
      </div>
    </Popover>
  )
}
