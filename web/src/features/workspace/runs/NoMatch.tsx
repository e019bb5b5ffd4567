/** No run is left: what is left without each condition, and an offer to drop the one that removes most. */

import { useQueries } from '@tanstack/react-query'
import { formatCount } from '../../../charts/number'
import { type Filter, formatFilter, isCondition, keyOf } from '../../../data/filters'
import { Button } from '../../../ui/Button'
import { cx } from '../../../ui/cx'
import { Message } from '../../../ui/states'
import { queryOf, type RunSet } from '../runSet'
import { withSet } from '../runSetActions'
import type { Session } from '../session'
import { cellTitle } from './cells'
import { readParts } from './Chips'
import { chipText, withoutPart } from './filterNodes'
import type { ChangeRunSet } from './shown'

export function NoMatch({ session, set, change }: { session: Session; set: RunSet; change: ChangeRunSet }) {
  const parts = readParts(set.filter)
  const own: Filter[] = parts === 'broken' ? [] : parts
  const whole: Filter = own.length === 1 ? (own[0] as Filter) : { and: own }
  const { search, is_regex, only_mine, derived } = queryOf(set)
  const rest = { search, is_regex, only_mine, derived }
  const cases = [
    ...own.map((part, i) => ({
      name: formatFilter(part, { isForPeople: true }),
      label: chipText(part).key,
      body: { filter: formatFilter(withoutPart(whole, i)), ...rest },
      drop: (set: RunSet) => withSet(set, { filter: formatFilter(withoutPart(whole, i), { isForPeople: true }) }),
    })),
    ...(search
      ? [
          {
            name: `search “${search}”`,
            label: 'the search',
            body: { filter: set.filter ?? '', ...rest, search: '' },
            drop: (set: RunSet) => withSet(set, { search: undefined }),
          },
        ]
      : []),
    ...(only_mine
      ? [
          {
            name: 'only mine',
            label: 'only mine',
            body: { filter: set.filter ?? '', ...rest, only_mine: false },
            drop: (set: RunSet) => withSet(set, { only_mine: undefined }),
          },
        ]
      : []),
  ]
  const counts = useQueries({
    queries: cases.map(({ body }) => ({
      queryKey: ['run-count-without', session.api.path, JSON.stringify(body)],
      queryFn: ({ signal }: { signal: AbortSignal }) => session.runs.count(body, signal),
      staleTime: 5000,
      retry: false,
    })),
  })
  const left = counts.map(count => count.data ?? -1)
  const worst = left.indexOf(Math.max(...left))
  const limit = useLimit(session, own[worst])
  if (cases.length === 0) return null
  const clear = (set: RunSet): RunSet => withSet(set, { filter: undefined, search: undefined, only_mine: undefined })
  return (
    <Message
      icon="filter"
      title={set.filter ? 'No run matches the filter' : 'No run is found'}
      actions={
        <>
          {worst >= 0 && (left[worst] ?? 0) > 0 && cases.length > 1 && (
            <Button onClick={() => change(set => cases[worst]?.drop(set) ?? set)}>Drop {cases[worst]?.label}</Button>
          )}
          <Button kind={cases.length > 1 ? 'ghost' : 'plain'} onClick={() => change(clear)}>
            {set.filter && set.search ? 'Clear filter and search' : set.filter ? 'Clear filter' : 'Clear search'}
          </Button>
        </>
      }
    >
      {limit && <span>{limit}</span>}
      {!set.filter && search && <span>Nothing has “{search}” in its name, id, tags, notes or config.</span>}
      <div className="why-list">
        <div className="cap">
          <span>Without this condition</span>
          <span>Runs left</span>
        </div>
        {cases.map(({ name }, i) => (
          <div key={name} className={cx('why-row', i === worst && (left[i] ?? 0) > 0 && 'on')}>
            <code className="cut" title={name}>
              {name}
            </code>
            <b className="num">
              {(left[i] ?? -1) >= 0 ? formatCount(left[i] as number) : counts[i]?.isError ? '?' : ''}
            </b>
          </div>
        ))}
      </div>
    </Message>
  )
}

/** "The highest val/mIoU is 0.8731": how far a condition on a number asks too much. */
function useLimit(session: Session, part: Filter | undefined): string {
  const isOrdered =
    part !== undefined &&
    isCondition(part) &&
    ['<', '<=', '>', '>='].includes(part.operator) &&
    part.field.section !== 'run'
  const key = isOrdered ? keyOf(part.field) : ''
  const isHighest = isOrdered && part.operator.startsWith('>')
  const [extreme] = useQueries({
    queries: [
      {
        queryKey: ['extreme', session.api.path, key, isHighest],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const page = await session.runs.query(
            { sort: [{ key, descending: isHighest }], columns: [key], limit: 1 },
            signal,
          )
          const run = page.runs[0]
          return run && typeof run.values?.[key] === 'number' ? cellTitle(run, key) : null
        },
        enabled: isOrdered,
        staleTime: 10_000,
      },
    ],
  })
  const name = part ? chipText(part).key : ''
  if (!isOrdered || extreme?.data === undefined) return ''
  if (extreme.data === null) return `No run has a number for ${name}.`
  return `The ${isHighest ? 'highest' : 'lowest'} ${name} is ${extreme.data}.`
}
