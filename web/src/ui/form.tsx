/**
 * Controls of settings: a row with its label and where an inherited value comes from, choices, numbers, keys out of thousands. What
 * is typed counts when it is left or with Enter, so that a half-written number changes nothing.
 */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useMemo, useRef, useState } from 'react'
import { Slider, Switch, TextInput } from './controls'
import { cx } from './cx'
import { Icon } from './icons'
import { matchesWords } from './match'
import { Popover } from './Popover'
import { useToken } from './useToken'

/** A heading between groups of fields. */
export const FieldsTitle = ({ children }: { children: ReactNode }) => <h3 className="sub">{children}</h3>

/** Rows of a label and its control. */
export const Fields = ({ children }: { children: ReactNode }) => <div className="setr">{children}</div>

/** One row. `from`: the place whose value is shown, in grey, when it is inherited. */
export function Field({
  label,
  from,
  help,
  isWide,
  children,
}: {
  label: string
  from?: string | undefined
  help?: ReactNode
  /** The label stands above the control. */
  isWide?: boolean
  children: ReactNode
}) {
  return (
    <div className={cx('setf', isWide && 'wide', from !== undefined && 'inherited')} role="group" aria-label={label}>
      <span className="lab" aria-hidden="true">
        {label}
      </span>
      <span className="ctl">
        {children}
        {from !== undefined && <span className="inh">from {from}</span>}
      </span>
      {help && <span className="help">{help}</span>}
    </div>
  )
}

export interface Choice<T extends string> {
  value: T
  label: string
  /** Given: it cannot be chosen, and this says why. */
  why?: string
}

/** One of several, out of sight until it is opened. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: {
  label: string
  value: T
  options: readonly Choice<T>[]
  onChange: (value: T) => void
  className?: string
}) {
  // A value that this version does not offer is shown as it is, not replaced by the first choice.
  const isKnown = options.some(option => option.value === value)
  return (
    <span className={cx('selbox', className)}>
      <select aria-label={label} value={value} onChange={event => onChange(event.target.value as T)}>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(option => (
          <option key={option.value} value={option.value} disabled={option.why !== undefined}>
            {option.why === undefined ? option.label : `${option.label}: ${option.why}`}
          </option>
        ))}
      </select>
      <Icon name="chev-d" size={12} />
    </span>
  )
}

export function Toggle(props: { label: string; isOn: boolean; onChange: (on: boolean) => void }) {
  return <Switch {...props} />
}

/** Text that counts when it is left or with Enter; Escape takes the typing back. */
export function TextField({
  label,
  value,
  onChange,
  placeholder,
  isMono,
  error,
  className,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  isMono?: boolean
  error?: string | undefined
  className?: string
}) {
  const [typed, setTyped] = useTyped(value)
  const id = useId()
  const commit = (): void => {
    if (typed.trim() !== value) onChange(typed.trim())
  }
  return (
    <>
      <TextInput
        aria-label={label}
        value={typed}
        isBad={error !== undefined}
        className={cx('grow', isMono && 'mono', className)}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(error === undefined ? {} : { 'aria-describedby': id })}
        {...(typed === value ? {} : OWN_ESCAPE)}
        onChange={event => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={event => typedKey(event, commit, () => setTyped(value))}
      />
      {error !== undefined && (
        <span id={id} className="help bad" role="alert">
          {error}
        </span>
      )}
    </>
  )
}

/** A number within bounds. `null`: nothing is given, which `placeholder` names. */
export function NumberInput({
  label,
  value,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
  isInteger,
  unit,
  placeholder,
  onChange,
  className,
}: {
  label: string
  value: number | null
  min?: number
  max?: number
  isInteger?: boolean
  unit?: string
  /** Given: the field may be left empty. */
  placeholder?: string
  onChange: (value: number | null) => void
  className?: string
}) {
  const shown = value === null ? '' : String(value)
  const [typed, setTyped] = useTyped(shown)
  const read = readNumber(typed, { min, max, isInteger: isInteger ?? false, mayBeEmpty: placeholder !== undefined })
  const commit = (): void => {
    if ('error' in read) setTyped(shown)
    else if (read.value !== value) onChange(read.value)
  }
  return (
    <TextInput
      inputMode={isInteger ? 'numeric' : 'decimal'}
      aria-label={label}
      value={typed}
      isBad={'error' in read}
      className={cx('num', className)}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...('error' in read ? { title: read.error } : {})}
      {...(typed === shown ? {} : OWN_ESCAPE)}
      after={unit && <span className="unit">{unit}</span>}
      onChange={event => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={event => typedKey(event, commit, () => setTyped(shown))}
    />
  )
}

/** What is typed as a number, or why it is none. Thin spaces and a true minus sign are how numbers are shown here. */
export function readNumber(
  text: string,
  { min, max, isInteger, mayBeEmpty }: { min: number; max: number; isInteger: boolean; mayBeEmpty: boolean },
): { value: number | null } | { error: string } {
  const plain = text.replaceAll(/[\s\u202f]/g, '').replace('\u2212', '-')
  if (plain === '') return mayBeEmpty ? { value: null } : { error: 'A number is needed' }
  const value = Number(plain)
  if (!Number.isFinite(value)) return { error: `“${text.trim()}” is not a number` }
  if (isInteger && !Number.isInteger(value)) return { error: 'A whole number is needed' }
  if (value < min) return { error: `At least ${min}` }
  if (value > max) return { error: `At most ${max}` }
  return { value }
}

/** A slider with its number beside it. `onChange` while it is dragged, `onCommit` when it is let go. */
export function SliderField({
  label,
  value,
  min = 0,
  max = 1,
  step = 0.01,
  digits = 2,
  onChange,
  onCommit,
}: {
  label: string
  value: number
  min?: number
  max?: number
  step?: number
  digits?: number
  onChange: (value: number, options: { replace: boolean }) => void
  onCommit?: (value: number) => void
}) {
  // The first move is a step of the history, the rest of the drag replaces it.
  const isDragging = useRef(false)
  return (
    <>
      <Slider
        label={label}
        value={Math.min(max, Math.max(min, value))}
        min={min}
        max={max}
        step={step}
        onChange={next => {
          onChange(next, { replace: isDragging.current })
          isDragging.current = true
        }}
        onCommit={next => {
          isDragging.current = false
          onCommit?.(next)
        }}
      />
      <b className="figure">{value.toFixed(digits)}</b>
    </>
  )
}

export interface KeyOption {
  key: string
  /** Stands at the right: the section, how many runs have it. */
  hint?: string
}

export type KeyMatch = { matches: (key: string) => boolean } | { error: string }

/** Every word must occur; or a regular expression. */
export function keyMatch(typed: string, isRegex: boolean): KeyMatch {
  const text = typed.trim()
  if (text === '') return { matches: () => true }
  if (isRegex) {
    try {
      const pattern = new RegExp(text, 'u')
      return { matches: key => pattern.test(key) }
    } catch (error) {
      return { error: (error as Error).message.replace(/^Invalid regular expression: /, '') }
    }
  }
  return { matches: key => matchesWords(key, text) }
}

/** Keys to choose from, however many. Arrows move, Enter or a click chooses; the field above keeps the focus. */
export function KeyList({
  label,
  options,
  chosen,
  typed,
  isRegex = false,
  height = 280,
  onChoose,
  onTyped,
  placeholder,
  after,
  none,
  isFocused = true,
}: {
  label: string
  options: readonly KeyOption[]
  chosen: ReadonlySet<string>
  typed: string
  isRegex?: boolean
  height?: number
  onChoose: (key: string) => void
  onTyped: (typed: string) => void
  placeholder?: string
  after?: ReactNode
  /** Said where nothing matches. */
  none?: ReactNode
  isFocused?: boolean
}) {
  const [at, setAt] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const asked = useDeferredValue(typed)
  const match = useMemo(() => keyMatch(asked, isRegex), [asked, isRegex])
  const found = useMemo(
    () => ('error' in match ? [] : options.filter(option => match.matches(option.key))),
    [options, match],
  )
  const rowPx = useToken('--row', 28)
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
  })
  const current = Math.min(at, Math.max(0, found.length - 1))
  const move = (next: number): void => {
    const to = Math.max(0, Math.min(found.length - 1, next))
    setAt(to)
    virtual.scrollToIndex(to)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / rowPx) - 1)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }
    const step = steps[event.key]
    if (step !== undefined) move(current + step)
    else if (event.key === 'Enter' && found[current]) onChoose(found[current].key)
    else return
    event.preventDefault()
  }
  const isError = 'error' in match
  return (
    <div className="keylist">
      <TextInput
        icon="search"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        {...(found[current] ? { 'aria-activedescendant': `${id}-${current}` } : {})}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field is what the popover was opened for
        autoFocus={isFocused}
        value={typed}
        isBad={isError}
        {...(placeholder === undefined ? {} : { placeholder })}
        after={after}
        onChange={event => {
          onTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      {isError && (
        <p className="help bad" role="alert">
          {match.error}
        </p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div
        ref={scroller}
        id={id}
        className="keylist-b"
        role="listbox"
        aria-label={label}
        tabIndex={-1}
        style={{ height }}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const option = found[index]
            if (!option) return null
            const isChosen = chosen.has(option.key)
            return (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above takes the keys
              <div
                key={option.key}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={isChosen}
                className={cx('menu-i', index === current && 'on')}
                style={{ transform: `translateY(${start}px)` }}
                title={option.key}
                onPointerMove={() => setAt(index)}
                onClick={() => onChoose(option.key)}
              >
                <Icon name={isChosen ? 'check' : 'plus'} size={12} />
                <span className="cut">{option.key}</span>
                {option.hint && <span className="hint right">{option.hint}</span>}
              </div>
            )
          })}
        </div>
        {found.length === 0 && !isError && <p className="hint none">{none ?? 'No key is called so'}</p>}
      </div>
    </div>
  )
}

/** A key out of thousands: a box that opens a list to search. */
export function KeyPicker({
  label,
  value,
  options,
  onChange,
  none,
}: {
  label: string
  value: string
  options: readonly KeyOption[]
  onChange: (key: string) => void
  /** What an empty value is called; given, it can be chosen. */
  none?: string
}) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const choose = (key: string): void => {
    onChange(key)
    setOpen(false)
    setTyped('')
  }
  return (
    <Popover
      label={label}
      className="keypop"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="selbox" aria-label={`${label}: ${value || none || 'none'}`}>
          <span className={cx('cut', value === '' && 't3')}>{value || none || 'Choose'}</span>
          <Icon name="chev-d" size={12} />
        </button>
      }
    >
      {none !== undefined && (
        <button type="button" className="menu-i" onClick={() => choose('')}>
          <Icon name={value === '' ? 'check' : 'minus'} size={12} />
          {none}
        </button>
      )}
      <KeyList
        label={`Find: ${label.toLowerCase()}`}
        placeholder="Find a key"
        options={options}
        chosen={new Set([value])}
        typed={typed}
        onTyped={setTyped}
        onChoose={choose}
      />
    </Popover>
  )
}

/** Several values as chips, with keys to choose the next from; what is typed and is no key goes through `onTyped`. */
export function ChipsInput({
  label,
  values,
  options,
  placeholder,
  onAdd,
  onRemove,
  titleOf = asItIs,
}: {
  label: string
  values: readonly string[]
  options: readonly KeyOption[]
  placeholder: string
  /** `isKey`: it was chosen from the list, not only typed. */
  onAdd: (value: string, isKey: boolean) => void
  onRemove: (value: string) => void
  titleOf?: (value: string) => string
}) {
  const [typed, setTyped] = useState('')
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const keys = useMemo(() => new Set(options.map(option => option.key)), [options])
  const found = useMemo(() => {
    const match = keyMatch(typed, false)
    if ('error' in match) return []
    return options.filter(option => !values.includes(option.key) && match.matches(option.key)).slice(0, 8)
  }, [options, typed, values])
  const add = (value: string): void => {
    const text = value.trim()
    setTyped('')
    if (text !== '' && !values.includes(text)) onAdd(text, keys.has(text))
  }
  return (
    <div className="chipsin" onBlur={() => setOpen(false)}>
      <div className="input chipbox">
        {values.map(value => (
          <span key={value} className="chip">
            <span className="cut" title={value}>
              {titleOf(value)}
            </span>
            <button type="button" className="x" aria-label={`Remove ${titleOf(value)}`} onClick={() => onRemove(value)}>
              <Icon name="close" size={11} />
            </button>
          </span>
        ))}
        <input
          role="combobox"
          aria-label={label}
          aria-expanded={isOpen && found.length > 0}
          aria-controls={id}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={typed}
          onFocus={() => setOpen(true)}
          onChange={event => {
            setTyped(event.target.value)
            setOpen(true)
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') add(typed)
            else if (event.key === 'Backspace' && typed === '' && values.length > 0) onRemove(values.at(-1) as string)
            else if (event.key === 'Escape' && isOpen) {
              event.stopPropagation()
              setOpen(false)
            }
          }}
        />
      </div>
      {isOpen && found.length > 0 && (
        <div id={id} role="listbox" aria-label={label} className="chips-found pop">
          {found.map(option => (
            // The field keeps the focus: a press there would close the list before the click.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={option.key}
              role="option"
              tabIndex={-1}
              aria-selected="false"
              className="menu-i"
              onPointerDown={event => event.preventDefault()}
              onClick={() => add(option.key)}
            >
              <span className="cut">{option.key}</span>
              {option.hint && <span className="hint right">{option.hint}</span>}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

const asItIs = (value: string): string => value

/** The first Escape takes the typing back; only the next one closes what the field stands in. */
const OWN_ESCAPE = { 'data-escape': 'own' }

/** Typed text that follows its value when that changes from outside. */
function useTyped(value: string): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value)
  const [seen, setSeen] = useState(value)
  if (value !== seen) {
    setSeen(value)
    setTyped(value)
  }
  return [typed, setTyped]
}

function typedKey(event: KeyboardEvent<HTMLInputElement>, commit: () => void, takeBack: () => void): void {
  if (event.key === 'Enter') commit()
  else if (event.key === 'Escape') {
    event.stopPropagation()
    takeBack()
  }
}
