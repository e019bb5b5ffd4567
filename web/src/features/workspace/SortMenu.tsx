/** What the list is sorted by: a field of the run, or any metric or config key the project has. */

import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { Column } from '../../data/project'
import { Button } from '../../ui/Button'
import { TextInput } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import { Popover } from '../../ui/Popover'
import { sortBy } from './actions'
import { parseSort, RUN_FIELD_TITLES, sortTitle, type WorkspaceView } from './model'
import type { Session } from './session'
import type { ChangeView } from './useWorkspace'

const SHOWN_MAX = 60

interface Choice {
  key: string
  title: string
  section: string
  isDescendingFirst: boolean
}

const FIELDS: Choice[] = Object.entries(RUN_FIELD_TITLES).map(([key, title]) => ({
  key,
  title,
  section: 'run',
  isDescendingFirst: key !== 'name' && key !== 'state',
}))

export function SortMenu({ session, view, change }: { session: Session; view: WorkspaceView; change: ChangeView }) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const words = useDeferredValue(typed.trim().toLowerCase())
  const { data } = useQuery({
    queryKey: ['columns', session.api.path, 'sortable'],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        (['metric', 'config', 'summary'] as const).map(section =>
          session.api.columns({ section, limit: 1000 }, signal),
        ),
      )
      return pages.flatMap(page => page.columns)
    },
    enabled: isOpen,
    staleTime: 30_000,
  })
  const choices = [...FIELDS, ...choicesOf(data ?? [])].filter(choice => choice.title.toLowerCase().includes(words))
  const sort = parseSort(view.sort)
  return (
    <Popover
      label="Sort runs"
      align="end"
      className="sort-pop"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button
          className="icon"
          icon="sort"
          aria-label={`Sort runs, now by ${sortTitle(sort.key)}`}
          title={`Sorted by ${sortTitle(sort.key)}`}
        />
      }
    >
      <TextInput
        icon="search"
        autoFocus
        aria-label="Find a key to sort by"
        placeholder="Sort by any metric or config"
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      <ul className="sort-list">
        {choices.slice(0, SHOWN_MAX).map(({ key, title, section, isDescendingFirst }) => (
          <li key={key}>
            <button
              type="button"
              className="menu-i"
              aria-pressed={sort.key === key}
              onClick={() => change(view => sortBy(view, key, isDescendingFirst))}
            >
              <span className="cut">{title}</span>
              <span className="hint right">{section}</span>
              {sort.key === key && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size={12} />}
            </button>
          </li>
        ))}
        {choices.length === 0 && <li className="hint none">No key is called so</li>}
        {choices.length > SHOWN_MAX && <li className="hint none">{choices.length - SHOWN_MAX} more: type to narrow</li>}
      </ul>
    </Popover>
  )
}

/** Metrics sort by their last value, which the summary holds. */
function choicesOf(columns: readonly Column[]): Choice[] {
  const byKey = new Map<string, Choice>()
  for (const { key, section } of columns) {
    const full = section === 'config' ? prefixed('config', key) : prefixed('summary', key)
    const title = sortTitle(full)
    if (!byKey.has(full)) byKey.set(full, { key: full, title, section, isDescendingFirst: section !== 'config' })
  }
  return [...byKey.values()]
}

const prefixed = (section: string, key: string): string => (key.startsWith(`${section}.`) ? key : `${section}.${key}`)
