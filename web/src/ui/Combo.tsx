/** A text field that offers what may be typed: keys by the thousand, values by how often they occur. What is offered is not forced. */
import { Popover } from 'radix-ui'
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { folded, wordsOf } from './folding'
import { TextInput } from './controls'
import { cx } from './cx'
import { matchesWords } from './match'

export interface ComboOption {
  value: string
  /** Stands at the right: a type, a count. */
  hint?: ReactNode
}

const SHOWN_MAX = 60

/** Options that hold every word, those that begin with the text first. */
export function matching(options: readonly ComboOption[], typed: string): ComboOption[] {
  const words = wordsOf(typed)
  const found = options.filter(({ value }) => matchesWords(value, typed))
  const first = words[0] ?? ''
  const rank = ({ value }: ComboOption): number => {
    const text = folded(value)
    return text === first
      ? 0
      : text.startsWith(first)
        ? 1
        : text.split(/[./]/).some(part => part.startsWith(first))
          ? 2
          : 3
  }
  return words.length === 0 ? found : found.toSorted((a, b) => rank(a) - rank(b))
}

export function Combo({
  label,
  value,
  options,
  placeholder,
  className,
  isBad,
  autoFocus,
  isWhole,
  onChange,
  onPick,
  onSubmit,
}: {
  label: string
  value: string
  options: readonly ComboOption[]
  placeholder?: string
  className?: string
  isBad?: boolean
  autoFocus?: boolean
  /** All options stay in sight until something else is typed: for a value that is already one of them. */
  isWhole?: boolean
  onChange: (typed: string) => void
  /** What is chosen from the list; without it, as if typed. */
  onPick?: (value: string) => void
  onSubmit?: () => void
}) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [hasTyped, setTyped] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const found = useMemo(() => matching(options, isWhole && !hasTyped ? '' : value), [options, isWhole, hasTyped, value])
  const shown = found.slice(0, SHOWN_MAX)
  const isShown = isOpen && shown.length > 0
  const pick = (value: string): void => {
    setOpen(false)
    setTyped(false)
    ;(onPick ?? onChange)(value)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true)
      const by = event.key === 'ArrowDown' ? 1 : -1
      setAt(now => (isShown ? (now + by + shown.length) % shown.length : 0))
    } else if ((event.key === 'Enter' || event.key === 'Tab') && isShown && shown[at]) {
      pick(shown[at].value)
      if (event.key === 'Tab') return
    } else if (event.key === 'Enter') {
      setOpen(false)
      onSubmit?.()
      return
    } else if (event.key === 'Escape' && isShown) setOpen(false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <Popover.Root open={isShown} onOpenChange={setOpen}>
      <Popover.Anchor asChild>
        <TextInput
          ref={input}
          role="combobox"
          aria-label={label}
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          {...(isShown && at >= 0 ? { 'aria-activedescendant': `${id}-${at}` } : {})}
          {...(className ? { className } : {})}
          {...(placeholder ? { placeholder } : {})}
          isBad={isBad ?? false}
          autoFocus={autoFocus}
          value={value}
          onChange={event => {
            onChange(event.target.value)
            setTyped(true)
            setOpen(true)
            setAt(-1)
          }}
          onClick={() => setOpen(true)}
          onBlur={() => {
            setOpen(false)
            setTyped(false)
          }}
          onKeyDown={onKeyDown}
        />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="pop combo-pop"
          align="start"
          sideOffset={2}
          collisionPadding={8}
          onOpenAutoFocus={event => event.preventDefault()}
          onCloseAutoFocus={event => event.preventDefault()}
          onInteractOutside={event =>
            input.current?.contains(event.target as globalThis.Node) && event.preventDefault()
          }
          aria-label={label}
        >
          <div id={`${id}-list`} role="listbox" aria-label={label} className="combo-list">
            {shown.map((option, i) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field's own keys choose
              <div
                key={option.value}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                className={cx('menu-i', i === at && 'on')}
                // The field keeps the focus.
                onPointerDown={event => event.preventDefault()}
                onClick={() => pick(option.value)}
              >
                <span className="cut">{option.value === '' ? '(empty)' : option.value}</span>
                {option.hint !== undefined && <span className="why">{option.hint}</span>}
              </div>
            ))}
            {found.length > SHOWN_MAX && (
              <div className="hint none" aria-hidden="true">
                {found.length - SHOWN_MAX} more: type to narrow
              </div>
            )}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
