/** The view's filter, groups and order as chips: a click edits, a cross takes away. Brushes of panels stand beside them. */

import { Icon } from '../../../ui/icons'
import type { IconName } from '../../../ui/iconPaths'
import { FilterError, formatFilter, parseFilter } from '../../../data/filters'
import { type RunSet, SORT_DEFAULT, sortOf } from '../runSet'
import { groupBy, withSet, withSort } from '../runSetActions'
import { brushText, chipText, topParts, withoutPart } from './filterNodes'
import type { ChangeRunSet } from './shown'

export interface Brush {
  /** The panel's id. */
  id: string
  title: string
  condition: string
}

export interface ChipsProps {
  set: RunSet
  change: ChangeRunSet
  brushes: readonly Brush[]
  onDropBrush: (id: string) => void
  onFilter: (part?: number) => void
  onGroup: () => void
  onSort: () => void
}

export function Chips({ set, change, brushes, onDropBrush, onFilter, onGroup, onSort }: ChipsProps) {
  const parts = readParts(set.filter)
  const sort = sortOf(set)
  const isSortShown = sort.length > 1 || sort[0]?.key !== SORT_DEFAULT.key || !sort[0].descending
  return (
    <div className="chips" role="group" aria-label="Filter, groups and order">
      {parts === 'broken' ? (
        <Chip
          icon="error"
          isBad
          title={set.filter ?? ''}
          name="the filter"
          onOpen={() => onFilter()}
          onDrop={() => change(set => withSet(set, { filter: undefined }))}
        >
          <em>filter</em> does not read
        </Chip>
      ) : (
        parts.map((part, i) => {
          const { key, rest } = chipText(part)
          const text = formatFilter(part, { isForPeople: true })
          return (
            <Chip
              key={text}
              icon="filter"
              title={text}
              name={text}
              onOpen={() => onFilter(i)}
              onDrop={() =>
                change(set => {
                  const read = readParts(set.filter)
                  const all = read === 'broken' ? [] : read
                  const left = withoutPart(all.length === 1 ? (all[0] ?? { and: [] }) : { and: all }, i)
                  return withSet(set, { filter: formatFilter(left, { isForPeople: true }) })
                })
              }
            >
              <em>{key}</em> <span className="cut">{rest}</span>
            </Chip>
          )
        })
      )}
      {set.only_mine && (
        <Chip
          icon="user"
          title="Only runs that you started"
          name="only mine"
          onOpen={() => onFilter()}
          onDrop={() => change(set => withSet(set, { only_mine: undefined }))}
        >
          mine
        </Chip>
      )}
      {(set.group ?? []).map(({ key, bin_width }) => (
        <Chip
          key={`group ${key}`}
          icon="group"
          title={`Grouped by ${key}${bin_width ? `, in ranges of ${bin_width}` : ''}`}
          name={`group by ${key}`}
          onOpen={onGroup}
          onDrop={() =>
            change(set =>
              groupBy(
                set,
                (set.group ?? []).filter(other => other.key !== key),
              ),
            )
          }
        >
          <span className="cut">
            {short(key)}
            {bin_width ? ` by ${bin_width}` : ''}
          </span>
        </Chip>
      ))}
      {isSortShown &&
        sort.map(({ key, descending }) => (
          <Chip
            key={`sort ${key}`}
            icon={descending ? 'arrow-down' : 'arrow-up'}
            title={`Sorted by ${key}, ${descending ? 'greatest first' : 'least first'}`}
            name={`sort by ${key}`}
            onOpen={onSort}
            onDrop={() =>
              change(set =>
                withSort(
                  set,
                  sortOf(set).filter(other => other.key !== key),
                ),
              )
            }
          >
            <span className="cut">{short(key)}</span>
          </Chip>
        ))}
      {brushes.map(({ id, title, condition }) => (
        <Chip
          key={`brush ${id}`}
          icon="target"
          isAccent
          title={condition}
          name={`the brush of ${title}`}
          onDrop={() => onDropBrush(id)}
        >
          <em>{title}</em> <span className="cut">{brushWords(condition)}</span>
        </Chip>
      ))}
      <button type="button" className="chip add" onClick={() => onFilter()}>
        <Icon name="plus" size={12} />
        Filter
      </button>
    </div>
  )
}

function brushWords(condition: string): string {
  const parts = readParts(condition)
  return parts === 'broken' ? condition : brushText(parts)
}

const short = (key: string): string => key.replace(/^(config|summary|derived|metrics)\./, '')

/** `broken`: the text does not read, so there are no parts. */
export function readParts(filter: string | undefined): ReturnType<typeof topParts> | 'broken' {
  if (!filter) return []
  try {
    return topParts(parseFilter(filter))
  } catch (error) {
    if (error instanceof FilterError) return 'broken'
    throw error
  }
}

function Chip({
  icon,
  title,
  name,
  isBad,
  isAccent,
  onOpen,
  onDrop,
  children,
}: {
  icon: IconName
  title: string
  name: string
  isBad?: boolean
  isAccent?: boolean
  onOpen?: () => void
  onDrop: () => void
  children: React.ReactNode
}) {
  return (
    <span className={`chip${isBad ? ' bad' : ''}${isAccent ? ' accent' : ''}`} title={title}>
      <button type="button" className="chip-open" aria-label={`Edit ${name}`} disabled={!onOpen} onClick={onOpen}>
        <Icon name={icon} size={12} />
        {children}
      </button>
      <button type="button" className="x" aria-label={`Take away ${name}`} onClick={onDrop}>
        <Icon name="close" size={11} />
      </button>
    </span>
  )
}
