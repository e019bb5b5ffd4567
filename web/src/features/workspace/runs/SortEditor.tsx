/** What the list is sorted by: any number of keys, a run's own field, any metric's aggregate or config key. Absent values come last. */

import { useState } from 'react'
import { AGGREGATES } from '../../../data/filters'
import { Button, IconButton } from '../../../ui/Button'
import { Combo } from '../../../ui/Combo'
import { Segmented } from '../../../ui/controls'
import { Icon } from '../../../ui/icons'
import { Menu, MenuChoice } from '../../../ui/Menu'
import { FIELD_TITLES, keyTitle, type RunSet, sortOf } from '../runSet'
import { withSort } from '../runSetActions'
import type { Session } from '../session'
import type { ChangeRunSet } from './shown'
import { keyOptions, useKeys } from './useKeys'

export function SortEditor({ session, set, change }: { session: Session; set: RunSet; change: ChangeRunSet }) {
  const [typed, setTyped] = useState('')
  const { keys } = useKeys(session.api, true)
  const sort = sortOf(set)
  const metrics = new Set(
    keys.filter(({ section }) => section === 'metric').map(({ key }) => key.replace(/^summary\./, '')),
  )
  const options = [
    ...keyOptions(keys),
    ...(set.derived ?? []).map(({ name }) => ({ value: `derived.${name}`, hint: 'derived' })),
  ].filter(option => !sort.some(({ key }) => key === option.value || key === `summary.${option.value}`))
  const add = (picked: string): void => {
    setTyped('')
    const key =
      /^(config|summary|metrics|derived)\./.test(picked) || picked in FIELD_TITLES ? picked : `summary.${picked}`
    if (picked === '' || sort.some(other => other.key === key)) return
    const isDescending = !(key in FIELD_TITLES) || !['name', 'state', 'user', 'group', 'job_type', 'id'].includes(key)
    change(set => withSort(set, [...(set.sort ? sortOf(set) : []), { key, descending: isDescending }]))
  }
  const move = (from: number, by: number): void =>
    change(set => {
      const keys = [...sortOf(set)]
      const [moved] = keys.splice(from, 1)
      if (moved) keys.splice(Math.max(0, from + by), 0, moved)
      return withSort(set, keys)
    })
  return (
    <div className="order-pop">
      <h2>Sort</h2>
      <ol className="order-list" aria-label="Sorted by, the first counts most">
        {sort.map((own, i) => {
          const metric = metricOf(own.key, metrics)
          return (
            <li key={own.key}>
              <span className="order-n">{i + 1}</span>
              <span className="cut grow" title={own.key}>
                {keyTitle(own.key)}
              </span>
              {metric && (
                <Menu
                  label="Which value of the metric"
                  trigger={
                    <button type="button" className="input sel">
                      {metric.aggregate}
                      <Icon name="chev-d" size={11} />
                    </button>
                  }
                >
                  <MenuChoice
                    value={metric.aggregate}
                    options={AGGREGATES.map(value => ({ value, label: value }))}
                    onChange={aggregate => {
                      const key =
                        aggregate === 'last' ? `summary.${metric.name}` : `metrics.${metric.name}.${aggregate}`
                      change(set =>
                        withSort(
                          set,
                          sortOf(set).map(other =>
                            other.key === own.key ? { key, descending: other.descending } : other,
                          ),
                        ),
                      )
                    }}
                  />
                </Menu>
              )}
              <Segmented
                small
                label={`Order of ${keyTitle(own.key)}`}
                value={own.descending ? 'down' : 'up'}
                options={[
                  {
                    value: 'up',
                    label: (
                      <>
                        <span className="vh">Least first</span>↑
                      </>
                    ),
                  },
                  {
                    value: 'down',
                    label: (
                      <>
                        <span className="vh">Greatest first</span>↓
                      </>
                    ),
                  },
                ]}
                onChange={way =>
                  change(set =>
                    withSort(
                      set,
                      sortOf(set).map(other =>
                        other.key === own.key ? { key: other.key, descending: way === 'down' } : other,
                      ),
                    ),
                  )
                }
              />
              <IconButton small icon="chev-u" label="Counts more" disabled={i === 0} onClick={() => move(i, -1)} />
              <IconButton
                small
                icon="close"
                label={`No longer by ${keyTitle(own.key)}`}
                onClick={() =>
                  change(set =>
                    withSort(
                      set,
                      sortOf(set).filter(other => other.key !== own.key),
                    ),
                  )
                }
              />
            </li>
          )
        })}
      </ol>
      <Combo
        label="Sort by another key"
        placeholder="Also by any metric or config"
        value={typed}
        options={options}
        onChange={setTyped}
        onPick={add}
        onSubmit={() => add(typed)}
      />
      <div className="order-foot">
        <span className="hint">Runs without a value come last.</span>
        <Button kind="ghost" small onClick={() => change(set => withSort(set, []))}>
          Newest first
        </Button>
      </div>
    </div>
  )
}

/** The metric that a key sorts by, if the project logs one of that name. */
function metricOf(key: string, metrics: ReadonlySet<string>): { name: string; aggregate: string } | null {
  const own = /^metrics\.(.+)\.(last|min|max|mean|first|count)$/.exec(key)
  if (own) return { name: own[1] as string, aggregate: own[2] as string }
  const name = key.replace(/^summary\./, '')
  return key.startsWith('summary.') && metrics.has(name) ? { name, aggregate: 'last' } : null
}
