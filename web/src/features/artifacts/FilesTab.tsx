/** What is in a version: folders, files as pictures or a list, and one of them as far as it can be shown. */

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { ArtifactsApi, ArtifactVersion, EntryFolder, ShownEntry } from '../../data/artifacts'
import type { FilePreview } from '../../data/run'
import { Button, IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { Segmented, TextInput } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { formatCount, plural } from '../../ui/format'
import { Icon, type IconName } from '../../ui/icons'
import { FailureMessage, Message, useSkeleton } from '../../ui/states'
import { artifactsKey, shortDigest, sizeText, type VersionView } from './model'
import type { ChangeVersionView } from './useArtifacts'

const PAGE = 500
const CELL_PX = 120
const ROW_PX = 30
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i

export interface FilesTabProps {
  api: ArtifactsApi
  version: ArtifactVersion
  view: VersionView
  change: ChangeVersionView
  /** The content of a file, as run pages show it. */
  preview: (file: FilePreview) => ReactNode
}

export function FilesTab({ api, version, view, change, preview }: FilesTabProps) {
  const { folder = '', find = '' } = view
  const { data, error, refetch, isPending, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'entries', version.name, version.version, folder, find],
    queryFn: ({ signal, pageParam }) =>
      api.entries(version.name, version.version, { folder, search: find, cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: '',
    getNextPageParam: page => page.next || undefined,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  })
  const isSkeleton = useSkeleton(isPending)
  const folders = useMemo(() => data?.pages.flatMap(page => page.folders) ?? [], [data])
  const files = useMemo(() => data?.pages.flatMap(page => page.files) ?? [], [data])
  const total = data?.pages[0]?.total ?? 0
  const hasPictures = files.some(file => PICTURE.test(file.path))
  const isList = view.list ?? !hasPictures
  const chosen = view.file
  const parts = folder === '' ? [] : folder.split('/')
  const [typed, setTyped] = useState(find)
  if (version.state === 'expired') {
    return (
      <Message icon="clock" title="The bytes of this version have expired">
        <span>Its name, digest and lineage are kept. A version that has an alias never expires.</span>
      </Message>
    )
  }
  return (
    <div className={cx('files-tab', chosen && 'has-file')}>
      <section className="panel fill" aria-label="Files">
        <header className="fbar">
          <nav className="crumb" aria-label="Folder">
            <button type="button" onClick={() => change({ folder: undefined, file: undefined })}>
              {version.name}:{version.version}
            </button>
            {parts.map((part, i) => (
              <span key={parts.slice(0, i + 1).join('/')}>
                {' / '}
                <button
                  type="button"
                  onClick={() => change({ folder: parts.slice(0, i + 1).join('/'), file: undefined })}
                >
                  {part}
                </button>
              </span>
            ))}
          </nav>
          <span className="t3 small desk-only">{data ? plural(total, 'entry', 'entries') : ''}</span>
          <span className="right">
            <TextInput
              icon="search"
              placeholder="Find by path"
              aria-label="Find files by path"
              value={typed}
              onChange={event => setTyped(event.target.value)}
              onKeyDown={event => event.key === 'Enter' && change({ find: typed || undefined, file: undefined })}
              onBlur={() => typed !== find && change({ find: typed || undefined, file: undefined })}
            />
            <Segmented
              label="How files are shown"
              value={isList ? 'list' : 'grid'}
              options={[
                { value: 'grid', label: <span className="vh">Pictures</span>, icon: 'image' },
                { value: 'list', label: <span className="vh">List</span>, icon: 'list' },
              ]}
              onChange={next => change({ list: next === 'list' || undefined }, { replace: true })}
            />
          </span>
        </header>
        {error && !data ? (
          <FailureMessage failure={failureOf(error, 'The files could not be listed')} onRetry={() => void refetch()} />
        ) : !data ? (
          <div className="grow" aria-busy={isSkeleton} />
        ) : folders.length + files.length === 0 ? (
          <Message icon="file" title={find ? 'No file is found' : 'The version has no files'}>
            <span>{find ? `No path contains “${find}”.` : 'It was committed empty.'}</span>
          </Message>
        ) : (
          <Entries
            key={`${folder} ${find} ${isList}`}
            {...{ api, version, folders, files, isList, chosen }}
            onFolder={path => change({ folder: path, find: undefined, file: undefined })}
            onFile={path => change({ file: path }, { replace: chosen !== undefined })}
            onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
          />
        )}
        <footer className="gfoot">
          <span>
            {formatCount(folders.length + files.length)} of {formatCount(total)} drawn
          </span>
        </footer>
      </section>
      {chosen && (
        <FilePanel
          {...{ api, version, change, preview }}
          path={chosen}
          entry={files.find(one => one.path === chosen)}
        />
      )}
    </div>
  )
}

function Entries({
  api,
  version,
  folders,
  files,
  isList,
  chosen,
  onFolder,
  onFile,
  onEnd,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  folders: readonly EntryFolder[]
  files: readonly ShownEntry[]
  isList: boolean
  chosen: string | undefined
  onFolder: (path: string) => void
  onFile: (path: string) => void
  onEnd: () => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [widthPx, setWidth] = useState(600)
  useEffect(() => {
    if (!scroller.current) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [])
  const across = isList ? 1 : Math.max(2, Math.floor((widthPx - 16) / (CELL_PX + 8)))
  const cellPx = Math.floor((widthPx - 24 - (across - 1) * 8) / across)
  const folderRows = folders.length
  const fileRows = Math.ceil(files.length / across)
  const rowPx = isList ? ROW_PX : cellPx + 26
  // oxlint-disable-next-line react/incompatible-library -- kept in the component that maps the items
  const virtual = useVirtualizer({
    count: folderRows + fileRows,
    getScrollElement: () => scroller.current,
    estimateSize: i => (i < folderRows ? ROW_PX : rowPx),
    overscan: 6,
  })
  useEffect(() => virtual.measure(), [virtual, rowPx])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= folderRows + fileRows - 3) onEnd()
    // oxlint-disable-next-line react/exhaustive-deps -- the end of what is drawn asks, once
  }, [last, folderRows, fileRows])
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = files.findIndex(file => file.path === chosen)
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = files[Math.max(0, Math.min(files.length - 1, at + step))]
    if (!next) return
    onFile(next.path)
    virtual.scrollToIndex(folderRows + Math.floor(files.indexOf(next) / across))
  }
  return (
    // The arrows walk through what is in it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="fgrid" ref={scroller} onKeyDown={onKeyDown}>
      <div style={{ height: virtual.getTotalSize() }}>
        {items.map(item => {
          if (item.index < folderRows) {
            const folder = folders[item.index] as EntryFolder
            return (
              <button
                key={folder.path}
                type="button"
                className="frow"
                style={{ top: item.start }}
                onClick={() => onFolder(folder.path)}
              >
                <Icon name="folder" size={13} />
                <span className="cut">{nameOf(folder.path)}</span>
                <span className="t3 num">{plural(folder.file_count, 'file')}</span>
                <span className="t3 num">{sizeText(folder.size)}</span>
              </button>
            )
          }
          const from = (item.index - folderRows) * across
          const row = files.slice(from, from + across)
          if (isList) {
            const [file] = row
            return file ? (
              <button
                key={file.path}
                type="button"
                className={cx('frow', file.path === chosen && 'on')}
                aria-current={file.path === chosen}
                style={{ top: item.start }}
                onClick={() => onFile(file.path)}
              >
                <Icon name={iconOf(file.path)} size={13} />
                <span className="cut">{nameOf(file.path)}</span>
                {file.is_new && <span className="new">new</span>}
                {file.ref && <span className="tag">reference</span>}
                <span className="t3 num">{sizeText(file.size)}</span>
              </button>
            ) : null
          }
          return (
            <div key={item.key} className="fline" style={{ top: item.start }}>
              {row.map(file => (
                <button
                  key={file.path}
                  type="button"
                  className={cx('fcell', file.path === chosen && 'on')}
                  aria-current={file.path === chosen}
                  style={{ width: cellPx }}
                  onClick={() => onFile(file.path)}
                >
                  <span className="pic" style={{ height: cellPx }}>
                    {PICTURE.test(file.path) && file.url ? (
                      <img src={api.fileUrl(version.name, version.version, file.path)} alt="" loading="lazy" />
                    ) : (
                      <Icon name={iconOf(file.path)} size={22} />
                    )}
                    {file.is_new && <span className="new">new</span>}
                  </span>
                  <span className="nm">
                    <span className="cut">{nameOf(file.path)}</span>
                    <span className="t3">{sizeText(file.size)}</span>
                  </span>
                </button>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function iconOf(path: string): IconName {
  if (PICTURE.test(path)) return 'image'
  if (/\.(parquet|csv|tsv|arrow|feather)$/i.test(path)) return 'table'
  return /\.(py|ipynb|js|ts|sh|yaml|yml|toml|json)$/i.test(path) ? 'code' : 'file'
}

function FilePanel({
  api,
  version,
  path,
  entry,
  change,
  preview,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  path: string
  entry: ShownEntry | undefined
  change: ChangeVersionView
  preview: FilesTabProps['preview']
}) {
  const { data, error, refetch, isPending } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'preview', version.name, version.version, path],
    queryFn: ({ signal }) => api.preview(version.name, version.version, path, signal),
    staleTime: 5 * 60_000,
    retry: false,
  })
  const isSkeleton = useSkeleton(isPending)
  const digest = entry?.digest ?? data?.digest ?? ''
  return (
    <section className="panel fill file-panel" aria-label={path}>
      <header className="panel-h">
        <h2 className="title cut" title={path}>
          {nameOf(path)}
        </h2>
        <span className="tools">
          <IconButton
            small
            icon="code"
            label="Copy as Python"
            onClick={() =>
              void copyText(
                `import assay\n\nwith assay.Api().artifact(${JSON.stringify(version.path)}).open(${JSON.stringify(path)}) as file:\n    content = file.read()\n`,
                'the code',
              )
            }
          />
          <a
            className="btn ghost icon sm"
            href={api.fileUrl(version.name, version.version, path)}
            download
            aria-label={`Download ${path}`}
            title="Download"
          >
            <Icon name="download" size={14} />
          </a>
          <IconButton small icon="close" label="Close" keys="escape" onClick={() => change({ file: undefined })} />
        </span>
      </header>
      <div className="file-body">
        {error && !data ? (
          entry?.ref ? (
            <Message icon="link" title="This file is a reference">
              <span>
                It stays at <code>{entry.ref}</code>; the page shows what its store said when it was logged.
              </span>
            </Message>
          ) : (
            <FailureMessage failure={failureOf(error, `${path} could not be read`)} onRetry={() => void refetch()} />
          )
        ) : data ? (
          preview(data)
        ) : (
          isSkeleton && <p className="hint pad">Reading…</p>
        )}
      </div>
      <dl className="kv file-facts">
        <dt>Path</dt>
        <dd className="mono cut" title={path}>
          {path}
        </dd>
        <dt>Size</dt>
        <dd>{sizeText(entry?.size ?? data?.size ?? -1)}</dd>
        {digest && (
          <>
            <dt>Digest</dt>
            <dd>
              <span className="mono cut" title={digest}>
                {shortDigest(digest)}
              </span>
              <Button small kind="ghost" icon="copy" onClick={() => void copyText(digest, 'the digest')}>
                Copy
              </Button>
            </dd>
          </>
        )}
        {entry?.ref && (
          <>
            <dt>Lies at</dt>
            <dd className="mono cut" title={entry.ref}>
              {entry.ref}
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}
