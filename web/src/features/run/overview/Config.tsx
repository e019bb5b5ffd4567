/** What went in, as a tree; what differs from the baseline stands out, with the baseline's value struck through before it. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { jsonText } from '../../../data/oddNumbers'
import { IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { Segmented, TextInput } from '../../../ui/controls'
import { plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { Menu, MenuItem } from '../../../ui/Menu'
import { useMedia } from '../../../ui/useToken'
import { download } from '../download'
import { useRunPlace } from '../useRun'
import { toYaml } from '../yaml'
import { countChanged, shownValue, type TreeRow, treeRows } from './tree'

export function Config() {
  const { run, base, view, change } = useRunPlace()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const isPhone = useMedia('(max-width: 720px)')
  const { find = '', changed = false } = view
  const rows = useMemo(
    () => treeRows(run.config, base?.config ?? null, { words: find, onlyChanged: changed && base !== null, closed }),
    [run.config, base, find, changed, closed],
  )
  const [count, differ] = useMemo(() => countChanged(run.config, base?.config ?? null), [run.config, base])
  const scroller = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState(0)
  const rowPx = isPhone ? 36 : 24
  // oxlint-disable-next-line react/incompatible-library -- kept in the component that maps the items
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })
  const toggle = (path: string) => {
    const next = new Set(closed)
    if (!next.delete(path)) next.add(path)
    setClosed(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[cursor]
    const go = (to: number) => {
      const next = Math.max(0, Math.min(rows.length - 1, to))
      setCursor(next)
      virtual.scrollToIndex(next)
    }
    if (event.key === 'ArrowDown') go(cursor + 1)
    else if (event.key === 'ArrowUp') go(cursor - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(rows.length - 1)
    else if (
      row?.isBranch &&
      (event.key === 'Enter' || (event.key === 'ArrowRight') === closed.has(row.path)) &&
      ['Enter', 'ArrowRight', 'ArrowLeft'].includes(event.key)
    )
      toggle(row.path)
    else if (row && !row.isBranch && event.key === 'c' && !event.ctrlKey && !event.metaKey)
      void copyText(shownValue(row.value), row.name)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <section className="panel fill o6" aria-label="Config">
      <header className="panel-h">
        <h2 className="title">Config</h2>
        <span className="meta">{plural(count, 'key')}</span>
        <span className="tools">
          <Menu align="end" label="Copy the config" trigger={<IconButton small icon="copy" label="Copy the config" />}>
            <MenuItem onSelect={() => void copyText(toYaml(run.config), 'the config')}>Copy as YAML</MenuItem>
            <MenuItem onSelect={() => void copyText(jsonText(run.config), 'the config')}>Copy as JSON</MenuItem>
          </Menu>
          <IconButton
            small
            icon="download"
            label="Download the config as YAML"
            onClick={() => download(`${run.name}-config.yaml`, toYaml(run.config), 'application/yaml')}
          />
        </span>
      </header>
      <div className="cfgbar">
        <TextInput
          className="grow"
          icon="search"
          aria-label="Find a key or a value"
          placeholder="Find a key or a value"
          value={find}
          onChange={event => change({ find: event.target.value || undefined }, { replace: true })}
        />
        {base && (
          <Segmented
            small
            label="Which keys"
            value={changed ? 'changed' : 'all'}
            options={[
              { value: 'all', label: 'All' },
              { value: 'changed', label: `Changed ${differ}` },
            ]}
            onChange={next => change({ changed: next === 'changed' })}
          />
        )}
      </div>
      {rows.length === 0 ? (
        <p className="hint pad">
          {count === 0
            ? 'The run has no config.'
            : find
              ? `No key or value holds “${find}”.`
              : 'Nothing differs from the baseline.'}
        </p>
      ) : (
        <div
          className="tree cfg"
          role="tree"
          aria-label="Config"
          tabIndex={0}
          ref={scroller}
          onKeyDown={onKeyDown}
          aria-activedescendant={`cfg-${cursor}`}
        >
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(item => (
              <Node
                key={item.key}
                row={rows[item.index] as TreeRow}
                index={item.index}
                top={item.start}
                isCursor={item.index === cursor}
                isClosed={closed.has((rows[item.index] as TreeRow).path)}
                onToggle={toggle}
              />
            ))}
          </div>
        </div>
      )}
    </section>
  )
}

function Node({
  row,
  index,
  top,
  isCursor,
  isClosed,
  onToggle,
}: {
  row: TreeRow
  index: number
  top: number
  isCursor: boolean
  isClosed: boolean
  onToggle: (path: string) => void
}) {
  const place = { '--d': row.depth, transform: `translateY(${top}px)` } as never
  if (row.isBranch) {
    return (
      // The tree takes the keyboard for all of its rows.
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
      <div
        id={`cfg-${index}`}
        className={isCursor ? 'n cursor' : 'n'}
        role="treeitem"
        tabIndex={-1}
        aria-level={row.depth + 1}
        aria-expanded={!isClosed}
        aria-selected={isCursor}
        style={place}
        onClick={() => onToggle(row.path)}
      >
        <Icon name={isClosed ? 'chev-r' : 'chev-d'} size={12} />
        <span className="k b">{row.name}</span>
        {(isClosed || row.changed > 0) && (
          <span className="cnt">
            {isClosed && plural(row.leaves, 'key')}
            {isClosed && row.changed > 0 && ', '}
            {isClosed && row.changed > 0 && <b>{row.changed} changed</b>}
          </span>
        )}
      </div>
    )
  }
  const value = shownValue(row.value)
  return (
    <div
      id={`cfg-${index}`}
      className={`n leaf${row.isChanged ? ' diff' : ''}${isCursor ? ' cursor' : ''}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-selected={isCursor}
      style={place}
      title={row.isChanged ? `${row.path}: ${value}. Baseline: ${shownValue(row.was)}` : `${row.path}: ${value}`}
    >
      <span className="k cut">{row.name}</span>
      <span className="vals">
        {row.isChanged && <del className="was">{shownValue(row.was)}</del>}
        <span className="v cut">{value}</span>
      </span>
    </div>
  )
}
