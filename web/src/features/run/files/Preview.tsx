/** One file, as far as it can be shown. Nothing of it is run: text stays text, pictures come as bytes with the type we found. */
/* oxlint-disable react/no-array-index-key -- what stands in order has no other name than its place */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { type FilePreview, fileUrl, type NotebookCell } from '../../../data/run'
import { IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { failureOf } from '../../../ui/failure'
import { Ago } from '../../../ui/Ago'
import { formatCount, formatSize, plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { Banner, FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { useNow } from '../../../ui/useNow'
import { piecesOf } from '../logs/ansi'
import { useRunPlace } from '../useRun'
import './preview.css'

const CodeText = lazy(() => import('../code/CodeText'))

export function Preview({ path, at, onAt }: { path: string; at: string; onAt: (at: string) => void }) {
  const { session } = useRunPlace()
  const nowS = useNow(60_000)
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['preview', session.entity, session.project, session.run, path],
    queryFn: ({ signal }) => session.api.preview(path, signal),
    staleTime: 30_000,
  })
  const isSkeleton = useSkeleton(isPending)
  return (
    <section className="panel fill preview" aria-label={path}>
      <header className="panel-h">
        <h2 className="title cut" title={path}>
          {path}
        </h2>
        {data && (
          <span className="meta">
            {formatSize(data.size)}, <Ago atS={data.updated_at} nowS={nowS} />
          </span>
        )}
        <span className="tools">
          <IconButton
            small
            icon="link"
            label="Copy link to the file"
            onClick={() => void copyText(location.href, 'the link')}
          />
          <IconButton
            small
            icon="copy"
            label="Copy as Python"
            onClick={() =>
              void copyText(
                `import assay\n\nassay.restore(${JSON.stringify(path)}, ${JSON.stringify(`${session.entity}/${session.project}/${session.run}`)})\n`,
                'the code',
              )
            }
          />
          {data && (
            <a
              className="btn ghost icon sm"
              href={fileUrl(data.url)}
              download
              aria-label={`Download ${path}`}
              title="Download"
            >
              <Icon name="download" size={14} />
            </a>
          )}
        </span>
      </header>
      {error && !data ? (
        <FailureMessage failure={failureOf(error, `${path} could not be read`)} onRetry={() => void refetch()} />
      ) : data ? (
        <>
          {data.note && (
            <Banner tone="warn" icon="info">
              {data.note}
            </Banner>
          )}
          <Content file={data} at={at} onAt={onAt} />
        </>
      ) : (
        isSkeleton && <div className="pad hint">Reading…</div>
      )}
    </section>
  )
}

/** What is in a file, wherever it lies: pictures, rows, tensors, cells, text. */
export function FileContent({ file }: { file: FilePreview }) {
  const [at, setAt] = useState('')
  return (
    <>
      {file.note && (
        <Banner tone="warn" icon="info">
          {file.note}
        </Banner>
      )}
      <Content file={file} at={at} onAt={setAt} />
    </>
  )
}

function Content({ file, at, onAt }: { file: FilePreview; at: string; onAt: (at: string) => void }) {
  switch (file.kind) {
    case 'image':
      return <Picture file={file} />
    case 'table':
      return file.table ? <Table file={file} table={file.table} /> : null
    case 'tensors':
      return file.tensors ? <Tensors tensors={file.tensors} /> : null
    case 'notebook':
      return file.notebook ? <Notebook cells={file.notebook.cells} language={file.notebook.language} /> : null
    case 'empty':
      return (
        <Message icon="file" title="The file is empty">
          <span>It has no bytes.</span>
        </Message>
      )
    case 'binary':
      return (
        <Message
          icon="file"
          title="No preview for this kind of file"
          actions={
            <a className="btn" href={fileUrl(file.url)} download>
              <Icon name="download" size={14} /> Download {formatSize(file.size)}
            </a>
          }
        >
          <span>Its first bytes:</span>
          <code className="hex">{(file.text ?? '').slice(0, 191)}</code>
        </Message>
      )
    default:
      return (
        <div className="text-view">
          <Suspense fallback={<div className="pad hint">Reading…</div>}>
            <CodeText text={file.text ?? ''} path={file.path} at={at} onAt={onAt} />
          </Suspense>
          {file.is_cut && (
            <p className="hint cut-note">Only the beginning is shown; the whole file has {formatSize(file.size)}.</p>
          )}
        </div>
      )
  }
}

const IMAGE_MAX = 64e6

/** The bytes with the type that the server found in them: what the file calls itself plays no part. */
function Picture({ file }: { file: FilePreview }) {
  const isLarge = file.size > IMAGE_MAX
  const { data, error, refetch } = useQuery({
    queryKey: ['image', file.digest],
    queryFn: async ({ signal }) => {
      const answer = await fetch(fileUrl(file.url), { signal })
      if (!answer.ok) throw new Error(`The server answered ${answer.status}`)
      return answer.arrayBuffer()
    },
    enabled: !isLarge,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
  const url = useMemo(
    () => (data ? URL.createObjectURL(new Blob([data], { type: file.media_type ?? 'image/png' })) : ''),
    [data, file.media_type],
  )
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  if (isLarge) return <p className="hint pad">The picture has {formatSize(file.size)}; download it to see it.</p>
  if (error)
    return <FailureMessage failure={failureOf(error, 'The picture could not be read')} onRetry={() => void refetch()} />
  return <div className="file-picture">{url && <img src={url} alt={file.path} />}</div>
}

const isNumber = (cell: string | null): boolean => cell !== null && cell !== '' && !Number.isNaN(Number(cell))

function Table({ file, table }: { file: FilePreview; table: NonNullable<FilePreview['table']> }) {
  const isNumeric = (c: number): boolean =>
    table.rows.some(row => isNumber(row[c] ?? null)) && table.rows.every(row => !row[c] || isNumber(row[c]))
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scrolls" tabIndex={0} role="region" aria-label="Rows">
        <table className="table">
          <thead>
            <tr>
              {table.columns.map((column, i) => (
                <th key={i} className={isNumeric(i) ? 'num' : undefined}>
                  {column.name} {column.type && <span className="t3">{column.type}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, c) => (
                  <td key={c} className={isNumber(cell) ? 'num' : undefined}>
                    {cell ?? <span className="t3">null</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint cut-note">
        {formatCount(table.rows.length)} of {table.row_count < 0 ? 'more' : plural(table.row_count, 'row')},{' '}
        {plural(table.column_count, 'column')}
        {file.facts && 'row_groups' in file.facts && `, ${plural(Number(file.facts.row_groups), 'row group')}`}
      </p>
    </>
  )
}

function Tensors({ tensors }: { tensors: NonNullable<FilePreview['tensors']> }) {
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scrolls" tabIndex={0} role="region" aria-label="Tensors">
        {Object.keys(tensors.metadata).length > 0 && (
          <dl className="kv pad">
            {Object.entries(tensors.metadata).map(([name, value]) => (
              <div key={name} className="contents">
                <dt>{name}</dt>
                <dd className="cut">{value}</dd>
              </div>
            ))}
          </dl>
        )}
        <table className="table">
          <thead>
            <tr>
              <th>Tensor</th>
              <th>Type</th>
              <th>Shape</th>
              <th className="num">Size</th>
            </tr>
          </thead>
          <tbody>
            {tensors.tensors.map(tensor => (
              <tr key={tensor.name}>
                <td className="mono">{tensor.name}</td>
                <td>{tensor.dtype}</td>
                <td className="mono">{tensor.shape.length === 0 ? 'scalar' : tensor.shape.join(' × ')}</td>
                <td className="num">{formatSize(tensor.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint cut-note">
        {plural(tensors.tensor_count, 'tensor')}, {formatCount(tensors.parameter_count)} parameters
        {tensors.tensors.length < tensors.tensor_count &&
          `; the first ${formatCount(tensors.tensors.length)} are listed`}
      </p>
    </>
  )
}

export function Notebook({ cells, language }: { cells: readonly NotebookCell[]; language: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scrolls notebook" tabIndex={0} role="region" aria-label="Cells">
      {cells.length === 0 && <p className="hint pad">The notebook has no cells.</p>}
      {cells.map((cell, i) => (
        <article key={i} className={`cell ${cell.kind}`} aria-label={`Cell ${i + 1}`}>
          <span className="gutter mono">{cell.kind === 'code' ? `[${cell.execution_count ?? ' '}]` : ''}</span>
          <div>
            {cell.kind === 'code' ? (
              <Suspense fallback={<pre>{cell.source}</pre>}>
                <CodeText
                  text={cell.source}
                  path={`cell.${language === 'python' ? 'py' : 'txt'}`}
                  at=""
                  onAt={() => undefined}
                  isInline
                />
              </Suspense>
            ) : (
              <pre className="prose">{cell.source}</pre>
            )}
            {cell.outputs.map((output, o) =>
              output.kind === 'image' ? (
                <img
                  key={o}
                  src={`data:${output.media_type};base64,${output.data}`}
                  alt={`Output ${o + 1} of cell ${i + 1}`}
                />
              ) : (
                <pre key={o} className={`out ${output.kind}`}>
                  {output.kind === 'omitted'
                    ? `not shown: ${output.text}`
                    : piecesOf(output.text).map((piece, p) => (
                        <span key={p} className={piece.style}>
                          {piece.text}
                        </span>
                      ))}
                </pre>
              ),
            )}
          </div>
        </article>
      ))}
    </div>
  )
}
