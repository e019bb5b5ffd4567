/** What x counts in the panels of history: steps, time, or another metric of the same rows. */

import { useDeferredValue, useState } from 'react'
import type { Axis } from '../../data/metricStore'
import { TextInput } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import { Popover } from '../../ui/Popover'

const AXES: { value: Axis; title: string; hint: string }[] = [
  { value: 'step', title: 'Step', hint: 'as logged' },
  { value: 'relative', title: 'Relative time', hint: 'since the run began' },
  { value: 'time', title: 'Wall time', hint: 'when it was logged' },
]
const SHOWN_MAX = 40

export function axisName(axis: Axis): string {
  return AXES.find(choice => choice.value === axis)?.title ?? axis.slice('metric:'.length)
}

export function AxisMenu({
  axis,
  metrics,
  onChange,
}: {
  axis: Axis
  metrics: readonly string[]
  onChange: (axis: Axis) => void
}) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const words = useDeferredValue(typed.trim().toLowerCase())
  const found = metrics.filter(metric => metric.toLowerCase().includes(words))
  const choose = (next: Axis): void => {
    onChange(next)
    setOpen(false)
  }
  return (
    <Popover
      label="X axis"
      className="sort-pop"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="set">
          X axis <b>{axisName(axis)}</b>
          <Icon name="chev-d" size={11} />
        </button>
      }
    >
      <ul className="sort-list">
        {AXES.map(({ value, title, hint }) => (
          <li key={value}>
            <button type="button" className="menu-i" aria-pressed={axis === value} onClick={() => choose(value)}>
              <span>{title}</span>
              <span className="hint right">{hint}</span>
              {axis === value && <Icon name="check" size={12} />}
            </button>
          </li>
        ))}
      </ul>
      {metrics.length > 0 && (
        <>
          <TextInput
            icon="search"
            aria-label="Find another metric for x"
            placeholder="Another metric"
            value={typed}
            onChange={event => setTyped(event.target.value)}
          />
          <ul className="sort-list">
            {found.slice(0, SHOWN_MAX).map(metric => (
              <li key={metric}>
                <button
                  type="button"
                  className="menu-i"
                  aria-pressed={axis === `metric:${metric}`}
                  onClick={() => choose(`metric:${metric}`)}
                >
                  <span className="cut">{metric}</span>
                  {axis === `metric:${metric}` && <Icon name="check" size={12} />}
                </button>
              </li>
            ))}
            {found.length === 0 && <li className="hint none">No metric is called so</li>}
            {found.length > SHOWN_MAX && <li className="hint none">{found.length - SHOWN_MAX} more: type to narrow</li>}
          </ul>
        </>
      )}
    </Popover>
  )
}
