/** A tree of files with one chosen. Virtual: a run may have a hundred thousand. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { RunFile } from '../../../data/run'
import { TextInput } from '../../../ui/controls'
import { Icon, type IconName } from '../../../ui/icons'
import { useMedia } from '../../../ui/useToken'
import { type FileRow, fileRows } from './tree'
import { formatSize } from '../../../ui/format'

export function FileTree({
  files,
  chosen,
  onChoose,
  label,
  note,
}: {
  files: readonly RunFile[]
  chosen: string
  onChoose: (path: string) => void
  label: string
  /** A mark beside a file: whether it differs. */
  note?: (path: string) => string
}) {
  const [words, setWords] = useState('')
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => fileRows(files, closed, words), [files, closed, words])
  const scroller = useRef<HTMLDivElement>(null)
  const isPhone = useMedia('(max-width: 720px)')
  const rowPx = isPhone ? 40 : 26
  const [cursor, setCursor] = useState(0)
  // oxlint-disable-next-line react/incompatible-library -- kept in the component that maps the items
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })
  useEffect(() => {
    const at = rows.findIndex(row => row.path === chosen)
    if (at >= 0) {
      setCursor(at)
      virtual.scrollToIndex(at)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- only another file moves the list
  }, [chosen])
  const toggle = (path: string) => {
    const next = new Set(closed)
    if (!next.delete(path)) next.add(path)
    setClosed(next)
  }
  const open = (row: FileRow) => (row.isFolder ? toggle(row.path) : onChoose(row.path))
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[cursor]
    const go = (to: number) => {
      const next = Math.max(0, Math.min(rows.length - 1, to))
      setCursor(next)
      virtual.scrollToIndex(next)
      const target = rows[next]
      if (target && !target.isFolder) onChoose(target.path)
    }
    if (event.key === 'ArrowDown') go(cursor + 1)
    else if (event.key === 'ArrowUp') go(cursor - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(rows.length - 1)
    else if (row && event.key === 'Enter') open(row)
    else if (row?.isFolder && event.key === 'ArrowRight' && !row.isOpen) toggle(row.path)
    else if (row?.isFolder && event.key === 'ArrowLeft' && row.isOpen) toggle(row.path)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="file-list">
      <div className="cfgbar">
        <TextInput
          className="grow"
          icon="search"
          aria-label="Find a file"
          placeholder="Find a file"
          value={words}
          onChange={event => setWords(event.target.value)}
        />
      </div>
      {rows.length === 0 && <p className="hint pad">No file is called “{words}”.</p>}
      <div
        className="tree files"
        role="tree"
        aria-label={label}
        tabIndex={0}
        ref={scroller}
        onKeyDown={onKeyDown}
        aria-activedescendant={rows.length > 0 ? `file-${cursor}` : undefined}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(item => {
            const row = rows[item.index] as FileRow
            return (
              // The tree takes the keyboard for all of its rows.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={row.path + (row.isFolder ? '/' : '')}
                id={`file-${item.index}`}
                className={`n${row.path === chosen ? ' on' : ''}${item.index === cursor ? ' cursor' : ''}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={row.depth + 1}
                aria-selected={row.path === chosen}
                {...(row.isFolder ? { 'aria-expanded': row.isOpen } : {})}
                style={{ '--d': row.depth, height: rowPx, transform: `translateY(${item.start}px)` } as never}
                title={row.path}
                onClick={() => {
                  setCursor(item.index)
                  open(row)
                }}
              >
                <Icon name={row.isFolder ? (row.isOpen ? 'chev-d' : 'chev-r') : iconOf(row.name)} size={13} />
                <span className="k cut">{row.name}</span>
                {note && !row.isFolder && note(row.path) && <span className="tag warn">{note(row.path)}</span>}
                <span className="sz">{formatSize(row.size)}</span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function iconOf(name: string): IconName {
  if (/\.(?:png|jpe?g|gif|webp|bmp|avif|svg)$/i.test(name)) return 'image'
  if (/\.(?:csv|tsv|parquet)$/i.test(name)) return 'table'
  if (/\.(?:safetensors|pt|pth|ckpt|onnx)$/i.test(name)) return 'layers'
  if (/\.(?:log|txt)$/i.test(name)) return 'terminal'
  if (/\.(?:py|ipynb|js|ts|c|cpp|cu|sh|json|ya?ml|toml|patch)$/i.test(name)) return 'code'
  return 'file'
}
