/** A field to find things by, with its key. What is typed counts after a moment, so that each letter asks nothing. */

import { useEffect, useId, useRef, useState } from 'react'
import { TextInput } from '../../ui/controls'
import { IconButton } from '../../ui/Button'
import { Kbd } from '../../ui/Kbd'

const WAIT_MS = 180

export function SearchInput({
  label,
  placeholder,
  keys,
  value,
  error,
  className,
  onChange,
}: {
  label: string
  placeholder: string
  keys: string
  value: string
  error?: string
  className?: string
  onChange: (value: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const id = useId()
  const [sent, setSent] = useState(value)
  const [seen, setSeen] = useState(value)
  // Back and forward change the value from outside; what comes back from this field must not overwrite what is typed since.
  if (value !== seen) {
    setSeen(value)
    if (value !== sent) {
      setTyped(value)
      setSent(value)
    }
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const say = (next: string, waitMs: number): void => {
    setTyped(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      setSent(next.trim())
      onChange(next.trim())
    }, waitMs)
  }
  return (
    <TextInput
      icon="search"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      data-keys={keys}
      value={typed}
      isBad={error !== undefined}
      {...(className ? { className } : {})}
      {...(error === undefined ? {} : { title: error, 'aria-describedby': id })}
      onChange={event => say(event.target.value, WAIT_MS)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation()
          if (typed) say('', 0)
          else event.currentTarget.blur()
        } else if (event.key === 'Enter') say(typed, 0)
      }}
      after={
        <>
          {error !== undefined && (
            <span id={id} className="vh" role="alert">
              {error}
            </span>
          )}
          {typed ? (
            <IconButton small icon="close" label={`Clear: ${label.toLowerCase()}`} onClick={() => say('', 0)} />
          ) : (
            <span className="desk-only" aria-hidden="true">
              <Kbd keys={keys} />
            </span>
          )}
        </>
      }
    />
  )
}

/** Puts the cursor into the field of those keys, if it is on the page. */
export function focusSearch(keys: string): void {
  document.querySelector<HTMLInputElement>(`input[data-keys="${keys}"]`)?.focus()
}
