/** The code the run ran: its files, its cells, the patch on its commit, and how it differs from another run's. */

import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { RunApi, type RunFile } from '../../../data/run'
import { Button } from '../../../ui/Button'
import { Segmented } from '../../../ui/controls'
import { failureOf } from '../../../ui/failure'
import { plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { FailureMessage, Message } from '../../../ui/states'
import { FileTree } from '../files/FileTree'
import { Preview } from '../files/Preview'
import { gitOf } from '../overview/environment'
import { PATCH } from '../overview/Environment'
import { RunChooser, useOtherRuns } from '../RunChooser'
import { useFiles } from '../useCounts'
import { useRunPlace } from '../useRun'
import { parsePatch, patchStats } from './patch'
import { PatchView } from './PatchView'

const CompareText = lazy(() => import('./CompareText'))
const FOLDER = 'code/'

type Show = 'files' | 'patch' | 'diff'

export default function CodeTab() {
  const { session, run, view, change } = useRunPlace()
  const files = useFiles(session)
  const code = useMemo(() => (files.data ?? []).filter(file => file.path.startsWith(FOLDER)), [files.data])
  const hasPatch = files.data?.some(file => file.path === PATCH) ?? false
  const git = gitOf(run.environment)
  if (files.error && !files.data)
    return (
      <FailureMessage
        failure={failureOf(files.error, 'The code could not be listed')}
        onRetry={() => void files.refetch()}
      />
    )
  if (files.isPending) return <div className="run-tab split" aria-busy="true" />
  const show: Show = view.show ?? (code.length > 0 ? 'files' : hasPatch ? 'patch' : 'files')
  if (code.length === 0 && !hasPatch && show !== 'diff') {
    return (
      <Message icon="code" title="No code is kept with this run" actions={<CompareButton />}>
        <span>
          {git?.commit ? `It ran commit ${git.commit.slice(0, 7)} without uncommitted changes. ` : ''}
          <code>assay.init(save_code=True)</code> keeps the script, <code>run.log_code(&quot;.&quot;)</code> a tree.
        </span>
      </Message>
    )
  }
  return (
    <div className="run-tab codetab">
      <div className="lbar">
        <Segmented
          small
          label="What is shown"
          value={show}
          options={[
            { value: 'files', label: `Files ${code.length}` },
            { value: 'patch', label: 'Patch' },
            { value: 'diff', label: 'Against a run' },
          ]}
          onChange={next => change({ show: next === 'files' ? undefined : next, file: undefined, at: undefined })}
        />
        {show === 'diff' && <CompareButton />}
        {show !== 'files' && (
          <Segmented
            small
            label="Layout"
            className="desk-only"
            value={view.side ? 'side' : 'unified'}
            options={[
              { value: 'unified', label: 'Unified' },
              { value: 'side', label: 'Side by side' },
            ]}
            onChange={next => change({ side: next === 'side' })}
          />
        )}
        {git?.commit && (
          <span className="right t3">
            commit <code>{git.commit.slice(0, 7)}</code> {git.subject}
          </span>
        )}
      </div>
      {show === 'files' ? (
        <Files files={code} />
      ) : show === 'patch' ? (
        <Patch has={hasPatch} isSide={view.side ?? false} />
      ) : (
        <Against files={code} hasPatch={hasPatch} isSide={view.side ?? false} />
      )}
    </div>
  )
}

function Files({ files }: { files: readonly RunFile[] }) {
  const { run, view, change } = useRunPlace()
  const main = (run.environment.code as { main?: string } | undefined)?.main
  const chosen = view.file ?? (files.find(file => file.path === main) ?? files[0])?.path ?? ''
  if (files.length === 0)
    return (
      <Message icon="code" title="No code is kept with this run">
        <span>
          The patch on its commit is. <code>assay.init(save_code=True)</code> keeps the script too.
        </span>
      </Message>
    )
  return (
    <div className="split">
      <section className="panel fill" aria-label="Code files">
        <FileTree
          label="Code"
          files={files}
          chosen={chosen}
          onChoose={path => change({ file: path, at: undefined }, { replace: true })}
        />
      </section>
      <div className="split-b">
        <Preview
          key={chosen}
          path={chosen}
          at={view.at ?? ''}
          onAt={at => change({ file: chosen, at }, { replace: true })}
        />
      </div>
    </div>
  )
}

function Patch({ has, isSide }: { has: boolean; isSide: boolean }) {
  const { session, run } = useRunPlace()
  const { data, error, refetch } = useQuery({
    queryKey: ['preview', session.entity, session.project, session.run, PATCH],
    queryFn: ({ signal }) => session.api.preview(PATCH, signal),
    enabled: has,
    staleTime: 30_000,
  })
  const files = useMemo(() => parsePatch(data?.text ?? ''), [data])
  if (!has)
    return (
      <Message icon="check" title="Nothing was uncommitted">
        <span>
          The run started from its commit as it is{gitOf(run.environment) ? '' : ', or outside of a git repository'}.
        </span>
      </Message>
    )
  if (error && !data)
    return <FailureMessage failure={failureOf(error, 'The patch could not be read')} onRetry={() => void refetch()} />
  const stats = patchStats(files)
  return (
    <section className="panel fill" aria-label="Patch">
      <header className="panel-h">
        <h2 className="title">Uncommitted changes</h2>
        <span className="meta">
          {plural(stats.files, 'file')}, <span className="up">+{stats.added}</span>{' '}
          <span className="down">−{stats.removed}</span>
          {data?.is_cut && ', cut'}
        </span>
      </header>
      <PatchView files={files} isSide={isSide} />
    </section>
  )
}

/** Chooses the run to compare with. */
function CompareButton() {
  const { base, view, change } = useRunPlace()
  const others = useOtherRuns()
  const against = view.against ?? base?.id ?? ''
  const name = others.find(run => run.id === against)?.name ?? against
  return (
    <RunChooser
      title="Compare the code with"
      value={against}
      onChange={id => change({ show: 'diff', against: id, file: undefined })}
      trigger={
        <Button small icon="compare">
          {name ? `Against ${name}` : 'Choose a run'}
          <Icon name="chev-d" size={12} />
        </Button>
      }
    />
  )
}

const isCode = (path: string): boolean => path.startsWith(FOLDER) || path === PATCH

function Against({ files, hasPatch, isSide }: { files: readonly RunFile[]; hasPatch: boolean; isSide: boolean }) {
  const { session, base, view, change } = useRunPlace()
  const id = view.against ?? base?.id ?? ''
  const other = useMemo(() => new RunApi(session.entity, session.project, id), [session, id])
  const { data, error, refetch } = useQuery({
    queryKey: ['run-files', session.entity, session.project, id],
    queryFn: ({ signal }) => other.files(signal),
    enabled: id !== '',
    staleTime: 60_000,
  })
  const theirs = useMemo(() => (data ?? []).filter(file => isCode(file.path)), [data])
  const own = useMemo(() => {
    const patch: RunFile[] = hasPatch ? [{ path: PATCH, size: 0, digest: '?', updated_at: 0, url: '' }] : []
    return [...files, ...patch]
  }, [files, hasPatch])
  const changed = useMemo(() => {
    const digests = new Map(theirs.map(file => [file.path, file.digest]))
    const list = own.filter(file => digests.get(file.path) !== file.digest)
    const lost = theirs.filter(file => !own.some(mine => mine.path === file.path))
    return [...list, ...lost].toSorted((a, b) => a.path.localeCompare(b.path))
  }, [own, theirs])
  const chosen = view.file ?? changed[0]?.path ?? ''
  const isOwn = own.some(file => file.path === chosen)
  const isTheirs = theirs.some(file => file.path === chosen)
  const text =
    (api: RunApi, has: boolean) =>
    async ({ signal }: { signal: AbortSignal }) =>
      has ? ((await api.preview(chosen, signal)).text ?? '') : ''
  const now = useQuery({
    queryKey: ['code-text', session.api.path, chosen, isOwn],
    queryFn: text(session.api, isOwn),
    enabled: chosen !== '',
  })
  const was = useQuery({
    queryKey: ['code-text', other.path, chosen, isTheirs],
    queryFn: text(other, isTheirs),
    enabled: chosen !== '' && id !== '',
  })
  if (id === '')
    return (
      <Message icon="compare" title="Choose a run to compare with" actions={<CompareButton />}>
        <span>Its code is laid beside this run’s, file by file.</span>
      </Message>
    )
  if (error && !data)
    return (
      <FailureMessage
        failure={failureOf(error, 'The other run’s files could not be listed')}
        onRetry={() => void refetch()}
      />
    )
  if (data && changed.length === 0)
    return (
      <Message
        icon="check"
        title={theirs.length === 0 && own.length === 0 ? 'Neither run keeps code' : 'The code is the same'}
      >
        <span>{plural(own.length, 'file')} compared.</span>
      </Message>
    )
  return (
    <div className="split">
      <section className="panel fill" aria-label="Changed files">
        <FileTree
          label="Changed files"
          files={changed}
          chosen={chosen}
          note={path =>
            !own.some(file => file.path === path) ? 'gone' : !theirs.some(file => file.path === path) ? 'new' : ''
          }
          onChoose={path => change({ file: path }, { replace: true })}
        />
      </section>
      <section className="panel fill split-b" aria-label={chosen}>
        <header className="panel-h">
          <h2 className="title cut">{chosen}</h2>
        </header>
        {now.data !== undefined && was.data !== undefined && (
          <Suspense fallback={<div className="pad hint">Reading…</div>}>
            <CompareText path={chosen} left={was.data} right={now.data} isSide={isSide} />
          </Suspense>
        )}
      </section>
    </div>
  )
}
