/** A text area in which `@` and a few letters offer the people of the project: arrows choose, Enter or Tab takes, Escape closes. */

import { useQuery } from '@tanstack/react-query'
import {
  type ComponentPropsWithoutRef,
  type KeyboardEvent,
  type RefObject,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import { peopleQuery, type Person } from '../../data/mentions'
import { found, named } from './naming'
import './comments.css'

const NOBODY: readonly Person[] = []
const GAP_PX = 4

export function MentionArea({
  path,
  value,
  onChange,
  onKeyDown,
  ...rest
}: Omit<ComponentPropsWithoutRef<'textarea'>, 'value' | 'onChange'> & {
  /** Of the project whose people can be named. */
  path: string
  value: string
  onChange: (text: string) => void
}) {
  const area = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  /** Where the hand writes; null: nobody is being named, or the offer was sent away. */
  const [caret, setCaret] = useState<number | null>(null)
  const [chosen, setChosen] = useState(0)
  const begun = caret === null ? null : named(value, caret)
  const { data: people = NOBODY } = useQuery({ ...peopleQuery(path), enabled: begun !== null })
  const offers = begun === null ? NOBODY : found(people, begun.typed)
  const at = Math.min(chosen, offers.length - 1)

  const take = (person: Person): void => {
    if (!begun || !area.current) return
    const before = `${value.slice(0, begun.from)}@${person.username} `
    // At once, as the next letter may be typed before the next frame.
    flushSync(() => {
      onChange(before + value.slice(begun.to).replace(/^ /, ''))
      setCaret(null)
    })
    area.current.focus()
    area.current.setSelectionRange(before.length, before.length)
  }
  const key = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const offered = offers[at]
    if (!offered || event.ctrlKey || event.metaKey || event.altKey) {
      onKeyDown?.(event)
      return
    }
    if (event.key === 'ArrowDown') setChosen((at + 1) % offers.length)
    else if (event.key === 'ArrowUp') setChosen((at + offers.length - 1) % offers.length)
    else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) take(offered)
    else if (event.key === 'Escape') setCaret(null)
    else {
      onKeyDown?.(event)
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span className="mention-area">
      <textarea
        {...rest}
        {...(offers.length > 0 ? { 'data-escape': 'own' } : {})}
        ref={area}
        value={value}
        aria-autocomplete="list"
        aria-controls={offers.length > 0 ? listId : undefined}
        aria-activedescendant={offers.length > 0 ? `${listId}-${at}` : undefined}
        onChange={event => {
          setCaret(event.target.selectionStart)
          setChosen(0)
          onChange(event.target.value)
        }}
        onSelect={event => {
          // Only who is being named already is looked for: a click into a name opens nothing.
          if (caret !== null) setCaret(event.currentTarget.selectionStart)
        }}
        onBlur={() => setCaret(null)}
        onKeyDown={key}
      />
      {offers.length > 0 && (
        <Offers id={listId} area={area} offers={offers} at={at} onPoint={setChosen} onTake={take} />
      )}
    </span>
  )
}

/** Above everything, beside the text: a dialog would cut it off at its edge. */
function Offers({
  id,
  area,
  offers,
  at,
  onPoint,
  onTake,
}: {
  id: string
  area: RefObject<HTMLElement | null>
  offers: readonly Person[]
  at: number
  onPoint: (i: number) => void
  onTake: (person: Person) => void
}) {
  const list = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = list
    if (!current || !area.current) return
    current.showPopover()
    const { left, top, bottom } = area.current.getBoundingClientRect()
    const { offsetHeight: height, offsetWidth: width } = current
    const isAbove = bottom + GAP_PX + height > window.innerHeight && top > height + GAP_PX
    current.style.left = `${Math.max(GAP_PX, Math.min(left, window.innerWidth - width - GAP_PX))}px`
    current.style.top = `${isAbove ? top - height - GAP_PX : bottom + GAP_PX}px`
  }, [area, offers.length])
  return (
    <div ref={list} popover="manual" className="pop menu mention-offers" role="listbox" id={id} aria-label="People">
      {offers.map((person, i) => (
        // The keyboard stays in the text; the list is walked from there.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={person.username}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          className={i === at ? 'menu-i on' : 'menu-i'}
          onPointerDown={event => event.preventDefault()}
          onPointerMove={() => onPoint(i)}
          onClick={() => onTake(person)}
        >
          <b className="b">{person.username}</b>
          {person.display_name && person.display_name !== person.username && (
            <span className="t3 cut">{person.display_name}</span>
          )}
        </div>
      ))}
    </div>
  )
}
