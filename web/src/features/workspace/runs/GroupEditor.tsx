/** What the list is grouped by: any number of keys, the outermost first; numbers in ranges of a width. */

import { useState } from 'react'
import { Button, IconButton } from '../../../ui/Button'
import { Combo } from '../../../ui/Combo'
import { TextInput } from '../../../ui/controls'
import { FIELD_TITLES, type GroupKey, keyTitle, type RunSet } from '../runSet'
import { colourBy, groupBy } from '../runSetActions'
import type { Session } from '../session'
import { kindOfKey } from './filterNodes'
import type { ChangeRunSet } from './shown'
import { keyOptions, useKeys } from './useKeys'

export function GroupEditor({ session, set, change }: { session: Session; set: RunSet; change: ChangeRunSet }) {
  const [typed, setTyped] = useState('')
  const { keys } = useKeys(session.api, true)
  const kinds = new Map(keys.map(key => [key.key, key.kinds]))
  const group = set.group ?? []
  const options = [
    ...keyOptions(keys),
    ...(set.derived ?? []).map(({ name }) => ({ value: `derived.${name}`, hint: 'derived' })),
  ].filter(option => !group.some(({ key }) => key === option.value || key === `summary.${option.value}`))
  const add = (picked: string): void => {
    setTyped('')
    const isWhole =
      /^(config|summary|metrics|derived)\./.test(picked) || picked in FIELD_TITLES || picked.startsWith('=')
    const key = isWhole ? picked : `summary.${picked}`
    if (picked === '' || group.some(other => other.key === key)) return
    change(set => groupBy(set, [...(set.group ?? []), { key }]))
  }
  const replace = (place: number, next: GroupKey | null): void =>
    change(set => groupBy(set, (set.group ?? []).toSpliced(place, 1, ...(next ? [next] : []))))
  return (
    <div className="order-pop">
      <h2>Group</h2>
      {group.length > 0 && (
        <ol className="order-list" aria-label="Grouped by, the outermost first">
          {group.map((own, i) => (
            <li key={own.key}>
              <span className="order-n">{i + 1}</span>
              <span className="cut grow" title={own.key}>
                {keyTitle(own.key)}
              </span>
              {isNumeric(own.key, kinds.get(own.key) ?? []) && (
                <Width
                  value={own.bin_width}
                  label={keyTitle(own.key)}
                  onChange={bin_width => replace(i, bin_width ? { key: own.key, bin_width } : { key: own.key })}
                />
              )}
              <IconButton
                small
                icon="chev-u"
                label="Further out"
                disabled={i === 0}
                onClick={() => change(set => groupBy(set, moved(set.group ?? [], i)))}
              />
              <IconButton
                small
                icon="close"
                label={`No longer by ${keyTitle(own.key)}`}
                onClick={() => replace(i, null)}
              />
            </li>
          ))}
        </ol>
      )}
      <Combo
        label="Group by another key"
        placeholder={group.length > 0 ? 'Inside that, by' : 'By config, tags, state or any key'}
        value={typed}
        options={options}
        autoFocus
        onChange={setTyped}
        onPick={add}
        onSubmit={() => add(typed)}
      />
      <div className="order-foot">
        <label className="fb-mine">
          <input
            type="checkbox"
            checked={set.colours?.by === 'group'}
            disabled={group.length === 0}
            onChange={event => change(set => colourBy(set, event.target.checked ? 'group' : 'run'))}
          />
          A colour per group
        </label>
        <Button kind="ghost" small disabled={group.length === 0} onClick={() => change(set => groupBy(set, []))}>
          No groups
        </Button>
      </div>
    </div>
  )
}

const moved = (group: readonly GroupKey[], from: number): GroupKey[] => {
  const next = [...group]
  const [own] = next.splice(from, 1)
  if (own) next.splice(Math.max(0, from - 1), 0, own)
  return next
}

const isNumeric = (key: string, kinds: readonly string[]): boolean =>
  ['number', 'time', 'any'].includes(kindOfKey(key, kinds)) || key.startsWith('derived.')

function Width({
  value,
  label,
  onChange,
}: {
  value: number | undefined
  label: string
  onChange: (width: number) => void
}) {
  const [typed, setTyped] = useState(value === undefined ? '' : String(value))
  const width = Number(typed)
  const isBad = typed.trim() !== '' && !(width > 0 && Number.isFinite(width))
  const take = (): void => {
    if (!isBad && width !== (value ?? 0)) onChange(typed.trim() === '' ? 0 : width)
  }
  return (
    <TextInput
      className="bin"
      aria-label={`Width of the ranges of ${label}; empty: each value is a group`}
      title="Width of ranges; empty: each value is a group"
      placeholder="each value"
      inputMode="decimal"
      value={typed}
      isBad={isBad}
      onChange={event => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={event => event.key === 'Enter' && take()}
    />
  )
}
