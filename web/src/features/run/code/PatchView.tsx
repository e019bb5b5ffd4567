/** The uncommitted changes the run started with, applied on its commit: file by file, in one column or two. */
/* oxlint-disable react/no-array-index-key -- what stands in order has no other name than its place */
import { useMemo, useState } from 'react'
import { Icon } from '../../../ui/icons'
import { paired, type PatchFile, type PatchLine } from './patch'

const FILES_OPEN = 20

export function PatchView({ files, isSide }: { files: readonly PatchFile[]; isSide: boolean }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scrolls patch" tabIndex={0} role="region" aria-label="Changes">
      {files.map((file, i) => (
        <FileChange key={file.path} file={file} isSide={isSide} isOpenFirst={i < FILES_OPEN} />
      ))}
    </div>
  )
}

const STATUS = { changed: '', added: 'new', deleted: 'deleted', renamed: 'renamed' } as const

function FileChange({ file, isSide, isOpenFirst }: { file: PatchFile; isSide: boolean; isOpenFirst: boolean }) {
  const [isOpen, setOpen] = useState(isOpenFirst)
  return (
    <article aria-label={file.path}>
      <h3>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'chev-d' : 'chev-r'} size={13} />
          <span className="mono cut">{file.path}</span>
          {STATUS[file.status] && <span className="tag">{STATUS[file.status]}</span>}
          {file.status === 'renamed' && <span className="t3 cut">from {file.from}</span>}
          <span className="right mono">
            <span className="up">+{file.added}</span> <span className="down">−{file.removed}</span>
          </span>
        </button>
      </h3>
      {isOpen && file.isBinary && <p className="hint pad">A binary file; its bytes are in the patch.</p>}
      {isOpen &&
        file.hunks.map((hunk, i) => (
          <table key={i} className={isSide ? 'hunk side' : 'hunk'}>
            <caption className="vh">{hunk.head}</caption>
            <tbody>
              <tr className="head">
                <td colSpan={isSide ? 4 : 3}>{hunk.head}</td>
              </tr>
              {isSide ? <Paired lines={hunk.lines} /> : hunk.lines.map((line, l) => <Line key={l} line={line} />)}
            </tbody>
          </table>
        ))}
    </article>
  )
}

const SIGN = { same: ' ', added: '+', removed: '−' } as const

function Line({ line }: { line: PatchLine }) {
  return (
    <tr className={line.kind}>
      <td className="no">{line.left || ''}</td>
      <td className="no">{line.right || ''}</td>
      <td className="code">
        <span aria-label={line.kind === 'same' ? undefined : line.kind}>{SIGN[line.kind]}</span>
        {line.text}
      </td>
    </tr>
  )
}

function Paired({ lines }: { lines: readonly PatchLine[] }) {
  const pairs = useMemo(() => paired(lines), [lines])
  return pairs.map((pair, i) => (
    <tr key={i}>
      <td className="no">{pair.left?.left || ''}</td>
      <td className={`code ${pair.left ? (pair.left.kind === 'removed' ? 'removed' : '') : 'gap'}`}>
        {pair.left?.text}
      </td>
      <td className="no">{pair.right?.right || ''}</td>
      <td className={`code ${pair.right ? (pair.right.kind === 'added' ? 'added' : '') : 'gap'}`}>
        {pair.right?.text}
      </td>
    </tr>
  ))
}
