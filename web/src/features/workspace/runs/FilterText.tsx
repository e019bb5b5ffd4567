/** The filter as text. What reads applies at once; what does not is marked at its character, with the text that would read. */

import { useId, useState } from 'react'
import { FilterError, type FilterFault, parseFilter } from '../../../data/filters'
import { Button } from '../../../ui/Button'
import { cx } from '../../../ui/cx'

export function FilterText({
  value,
  serverFault,
  onApply,
}: {
  value: string
  /** What the server could not read although the browser could. */
  serverFault: { at: number; detail: string; better: string } | null
  onApply: (filter: string) => void
}) {
  const id = useId()
  const [typed, setTyped] = useState(value)
  const [sent, setSent] = useState(value)
  const [seen, setSeen] = useState(value)
  // What comes back from this field must not overwrite what is typed since.
  if (value !== seen) {
    setSeen(value)
    if (value !== sent) {
      setTyped(value)
      setSent(value)
    }
  }
  const fault = faultOf(typed) ?? (typed.trim() === value && value !== '' ? serverFault : null)
  const take = (text: string): void => {
    setTyped(text)
    if (faultOf(text)) return
    setSent(text.trim())
    onApply(text.trim())
  }
  return (
    <div className="filter-text">
      <label className="cap" htmlFor={`${id}-text`}>
        As text
      </label>
      <textarea
        id={`${id}-text`}
        className={cx('codebox', fault && 'bad')}
        rows={Math.min(8, Math.max(2, typed.split('\n').length + Math.floor(typed.length / 64)))}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        placeholder='config.lr < 0.1 and state = "running"'
        value={typed}
        aria-invalid={fault !== null}
        {...(fault ? { 'aria-describedby': `${id}-fault` } : {})}
        onChange={event => take(event.target.value)}
        onKeyDown={event => {
          // A line break would be read as a space.
          if (event.key === 'Enter' && !event.shiftKey) event.preventDefault()
        }}
      />
      {fault && (
        <div id={`${id}-fault`} className="filter-fault" role="alert">
          <code>
            {typed.slice(0, fault.at)}
            <mark>{typed.slice(fault.at, fault.at + 1) || '\u00a0'}</mark>
            {typed.slice(fault.at + 1)}
          </code>
          <span>
            Character {fault.at + 1}: {fault.detail}. {value ? 'The list below is of the text before.' : ''}
          </span>
          {fault.better ? (
            <Button small onClick={() => take(fault.better)}>
              Use {fault.better}
            </Button>
          ) : (
            'hint' in fault && <span>{(fault as FilterFault).hint}</span>
          )}
        </div>
      )}
    </div>
  )
}

export function faultOf(text: string): FilterFault | null {
  try {
    parseFilter(text)
    return null
  } catch (error) {
    if (error instanceof FilterError) return error.fault
    throw error
  }
}
