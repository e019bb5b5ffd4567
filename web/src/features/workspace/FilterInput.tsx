/** The filter as text. Applied with Enter; what the server cannot read is marked at its character, and the list stays. */

import { useId, useState } from 'react'
import { IconButton } from '../../ui/Button'
import { TextInput } from '../../ui/controls'

export function FilterInput({
  value,
  fault,
  onApply,
}: {
  value: string
  fault: { at: number; detail: string } | null
  onApply: (filter: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const id = useId()
  const [seen, setSeen] = useState(value)
  if (value !== seen) {
    setSeen(value)
    setTyped(value)
  }
  const isChanged = typed.trim() !== value
  // A fault speaks of what was applied; once the text is another, it is no longer about it.
  const isFault = fault !== null && !isChanged && value !== ''
  return (
    <div className="filter">
      <TextInput
        icon="filter"
        className="mono"
        aria-label="Filter runs"
        placeholder='Filter, for example config.lr < 0.1 and state = "running"'
        value={typed}
        isBad={isFault}
        {...(isFault ? { 'aria-describedby': id } : {})}
        onChange={event => setTyped(event.target.value)}
        onBlur={() => isChanged && onApply(typed.trim())}
        onKeyDown={event => {
          if (event.key === 'Enter') onApply(typed.trim())
          else if (event.key === 'Escape') {
            event.stopPropagation()
            if (isChanged) setTyped(value)
            else event.currentTarget.blur()
          }
        }}
        after={
          typed && (
            <IconButton
              small
              icon="close"
              label="Clear the filter"
              onClick={() => {
                setTyped('')
                onApply('')
              }}
            />
          )
        }
      />
      {isFault && fault && (
        <div id={id} className="filter-fault" role="alert">
          <code>
            {value.slice(0, fault.at)}
            <mark>{value.slice(fault.at, fault.at + 1) || '\u00a0'}</mark>
            {value.slice(fault.at + 1)}
          </code>
          <span>
            Character {fault.at}: {fault.detail} The list below is the one before.
          </span>
        </div>
      )}
    </div>
  )
}
