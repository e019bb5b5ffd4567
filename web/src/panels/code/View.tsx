/** The code of two runs line by line; of one run, against its commit. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { formatCount } from '../../charts/number'
import { Segmented } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { DiffView } from '../../ui/diff/DiffView'
import { diffTexts } from '../../ui/diff/lines'
import { Select } from '../../ui/form'
import { useMedia } from '../../ui/useToken'
import { type DrawnRun, usePanelServices, useRunSet } from '../context'
import { Instead, PanelFrame, type PanelState, type Pill } from '../frame'
import type { PanelViewProps } from '../registry'
import type { CodePanel } from '../schema'
import { codeTitle } from './schema'
import { againstCommit, atCommit, codeFiles, COMMIT, comparedFiles, type ComparedFile, PATCH, textOf } from './sources'
import './code.css'

const MARKS = { same: '', changed: 'M', added: 'A', removed: 'D' } as const
const WORDS = { same: 'the same', changed: 'changed', added: 'added', removed: 'removed' } as const

export function CodeView({ panel, runs, isNear, isFull, intents }: PanelViewProps<CodePanel>) {
  const runSet = useRunSet()
  const { onChange } = intents
  const isNarrow = useMedia('(max-width: 720px)')
  const sides = sidesOf(panel, runs, runSet.baseline)
  const left = useFiles(sides.left === COMMIT ? '' : sides.left, isNear)
  const right = useFiles(sides.right, isNear)
  const isCommit = sides.left === COMMIT
  const patchFile = right.data?.find(file => file.path === PATCH)
  const patch = useQuery({
    queryKey: ['run-patch', patchFile?.digest],
    queryFn: ({ signal }) => (patchFile ? textOf(patchFile, signal) : Promise.resolve('')),
    enabled: isNear && isCommit && patchFile !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const files = useMemo(() => {
    if (!right.data || (!isCommit && !left.data)) return null
    return isCommit ? againstCommit(right.data, patch.data ?? '') : comparedFiles(left.data ?? [], right.data)
  }, [left.data, right.data, isCommit, patch.data])
  const file = files?.find(one => one.path === panel.path) ?? files?.find(one => one.change !== 'same') ?? files?.[0]
  const texts = useQuery({
    queryKey: ['compared-code', isCommit, file?.left?.digest, file?.right?.digest, file?.path, patch.data?.length],
    queryFn: async ({ signal }) => {
      const [a, b] = await Promise.all([
        file?.left ? textOf(file.left, signal) : '',
        file?.right && file.right !== file.left ? textOf(file.right, signal) : '',
      ])
      if (!isCommit) return { left: a, right: b, isUnpatched: false }
      const before = file ? atCommit(a, file.path, patch.data ?? '') : null
      return { left: before ?? a, right: a, isUnpatched: before === null && file?.change === 'changed' }
    },
    enabled: isNear && file !== undefined && (!isCommit || !patchFile || patch.data !== undefined),
    placeholderData: before => before,
  })
  const diff = useMemo(() => (texts.data ? diffTexts(texts.data.left, texts.data.right) : null), [texts.data])
  const isUnified = (panel.is_unified ?? false) || isNarrow
  const title = codeTitle(panel)
  const error = left.error ?? right.error ?? patch.error ?? texts.error
  const state: PanelState =
    sides.right === ''
      ? { status: 'empty', empty: 'No run is drawn: show one or two in the run list, or name them in the settings' }
      : files && files.length === 0
        ? {
            status: 'empty',
            empty: isCommit
              ? 'This run keeps no code. assay.init(save_code=True) keeps the script, run.log_code() a folder.'
              : 'Neither run keeps code. assay.init(save_code=True) keeps the script, run.log_code() a folder.',
          }
        : {
            status: diff ? 'ready' : error ? 'failed' : 'waiting',
            error,
            onRetry: () => {
              // Texts that wait for the patch are not to be laid beside none.
              for (const query of [left, right, patch, texts]) if (query.error) void query.refetch()
            },
          }
  const summary =
    file && diff ? `${title}, ${file.path}, ${diff.addedCount} lines added, ${diff.removedCount} removed` : title
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents, summary }}
      className="code-panel"
      pills={pillsOf(files, diff, texts.data?.isUnpatched ?? false)}
      table={() => ({
        columns: [{ name: 'File' }, { name: 'Change' }],
        rows: (files ?? []).map(one => [one.path, WORDS[one.change]]),
      })}
    >
      <div className="code-bar">
        <RunSelect label="Left run" value={sides.left} runs={runs} hasCommit onChange={left => onChange({ left })} />
        <RunSelect label="Right run" value={sides.right} runs={runs} onChange={right => onChange({ right })} />
        {!isNarrow && (
          <Segmented
            small
            label="How to show differences"
            value={isUnified ? 'unified' : 'side'}
            options={[
              { value: 'side', label: 'Side by side' },
              { value: 'unified', label: 'Unified' },
            ]}
            onChange={value => onChange({ is_unified: value === 'unified' ? true : undefined })}
          />
        )}
      </div>
      <div className="code-place">
        {files && files.length > 0 && (
          <FileTree files={files} current={file?.path ?? ''} onPick={path => onChange({ path })} />
        )}
        <div className="code-diff">
          {diff && texts.data && file && (
            <DiffView
              left={texts.data.left}
              right={texts.data.right}
              diff={diff}
              isUnified={isUnified}
              label={file.path}
            />
          )}
          <Instead state={state} what={title} />
        </div>
      </div>
    </PanelFrame>
  )
}

/** Which two: as the panel says, else the baseline and the first drawn run, else one run against its commit. */
export function sidesOf(
  panel: Pick<CodePanel, 'left' | 'right'>,
  runs: readonly Pick<DrawnRun, 'id'>[],
  baseline: string,
): { left: string; right: string } {
  const left = panel.left || baseline
  const right = panel.right || runs.find(run => run.id !== left)?.id || left
  return {
    left: left && left !== right ? left : (runs.find(run => run.id !== right && !panel.left)?.id ?? COMMIT),
    right,
  }
}

function useFiles(run: string, isNear: boolean) {
  const { api: project } = usePanelServices()
  return useQuery({
    queryKey: ['code-files', project.path, run],
    queryFn: ({ signal }) => codeFiles(project, run, signal),
    enabled: isNear && run !== '',
  })
}

function RunSelect({
  label,
  value,
  runs,
  hasCommit,
  onChange,
}: {
  label: string
  value: string
  runs: readonly DrawnRun[]
  hasCommit?: boolean
  onChange: (run: string) => void
}) {
  const options = runs.map(run => ({ value: run.id, label: run.name }))
  return (
    <Select
      label={label}
      className="grow"
      value={value}
      options={hasCommit ? [{ value: COMMIT, label: 'Its commit' }, ...options] : options}
      onChange={onChange}
    />
  )
}

function FileTree({
  files,
  current,
  onPick,
}: {
  files: readonly ComparedFile[]
  current: string
  onPick: (path: string) => void
}) {
  return (
    <nav className="code-tree" aria-label="Files">
      <ul>
        {files.map(({ path, change }) => {
          const name = path.replace(/^code\//, '')
          const at = name.lastIndexOf('/') + 1
          return (
            <li key={path}>
              <button type="button" aria-current={path === current} title={name} onClick={() => onPick(path)}>
                <span className="cut">
                  {at > 0 && <span className="t3">{name.slice(0, at)}</span>}
                  {name.slice(at)}
                </span>
                {change !== 'same' && (
                  <span className={cx('mk', change)} title={WORDS[change]} aria-label={WORDS[change]}>
                    {MARKS[change]}
                  </span>
                )}
              </button>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

function pillsOf(
  files: readonly ComparedFile[] | null,
  diff: ReturnType<typeof diffTexts> | null,
  isUnpatched: boolean,
): Pill[] {
  if (!files || files.length === 0) return []
  const changed = files.filter(file => file.change !== 'same').length
  const pills: Pill[] = [
    {
      text: `${formatCount(changed)} of ${formatCount(files.length)} files differ`,
      hint: 'Files that either side has and the other has not, or has otherwise.',
    },
  ]
  if (diff)
    pills.push({
      text: `+${formatCount(diff.addedCount)} −${formatCount(diff.removedCount)}`,
      hint: 'Lines of this file.',
    })
  if (isUnpatched)
    pills.push({
      text: 'patch does not fit',
      hint: 'The file changed after its patch was taken: it is shown as the run kept it.',
      isWarning: true,
    })
  return pills
}
