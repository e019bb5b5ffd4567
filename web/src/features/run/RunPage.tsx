/** A run's page: its head, its tabs, and the tab that the address names. */

import { Navigate, useRouter } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo } from 'react'
import { formatAbout } from '../../charts/number'
import { useActions } from '../../ui/actions'
import { failureOf } from '../../ui/failure'
import { Bone, FailureMessage, Loading } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useTabInSight } from '../../ui/useTabInSight'
import { useTitle } from '../../ui/useTitle'
import { Head } from './Head'
import { type Tab, TABS } from './model'
import { Overview } from './overview/Overview'
import { useCounts } from './useCounts'
import { RunContext, type RunPlace, useBaseline, useRunPlace, useRunSession, useRunView, useWholeRun } from './useRun'
import '../../panels/line/line.css'
import './run.css'

const SystemTab = lazy(() => import('./system/SystemTab'))
const LogsTab = lazy(() => import('./logs/LogsTab'))
const FilesTab = lazy(() => import('./files/FilesTab'))
const CodeTab = lazy(() => import('./code/CodeTab'))
const ArtifactsTab = lazy(() => import('./artifacts/RunArtifacts'))

const TITLES: Record<Tab, string> = {
  overview: 'Overview',
  charts: 'Charts',
  system: 'System',
  logs: 'Logs',
  files: 'Files',
  code: 'Code',
  artifacts: 'Artifacts',
}

export interface RunPageProps {
  entity: string
  project: string
  runId: string
  /** The charts tab: the workspace's panels for this one run. */
  charts: ReactNode
}

export function RunPage({ entity, project, runId, charts }: RunPageProps) {
  const session = useRunSession(entity, project, runId)
  const [view, change] = useRunView()
  const { data: run, error, refetch, isPending } = useWholeRun(session)
  const base = useBaseline(session, view)
  useTitle(run?.name ?? runId, project)
  const place = useMemo<RunPlace | null>(
    () => (run ? { session, run, base, view, change } : null),
    [session, run, base, view, change],
  )
  const isElsewhere = run !== undefined && (run.entity !== entity || run.project !== project || run.id !== runId)
  useEffect(() => {
    if (isElsewhere) toast({ text: `${run.name} was moved to ${run.entity}/${run.project}`, icon: 'folder' })
    // oxlint-disable-next-line react/exhaustive-deps -- said once, when the page finds it out
  }, [isElsewhere])
  if (isElsewhere) {
    const params = { entity: run.entity, project: run.project, run: run.id }
    return <Navigate to="/$entity/$project/runs/$run" params={params} search={view as never} replace />
  }
  if (!place && error) {
    return (
      <FailureMessage
        isPage
        failure={failureOf(error, `The run ${runId} could not be read`)}
        onRetry={() => void refetch()}
      />
    )
  }
  return (
    <Loading isLoading={isPending} skeleton={<Skeleton />}>
      {() =>
        place && (
          <RunContext value={place}>
            <Page charts={charts} />
          </RunContext>
        )
      }
    </Loading>
  )
}

function Page({ charts }: { charts: ReactNode }) {
  const { session, run, view, change } = useRunPlace()
  const { base } = view
  const tab = view.tab ?? 'overview'
  const counts = useCounts(session, run)
  const open = useCallback((to: Tab) => change({ ...CLEARED, tab: to === 'overview' ? undefined : to }), [change])
  useActions(
    () =>
      TABS.map((name, i) => ({
        name: `run.tab.${name}`,
        label: `Show ${TITLES[name].toLowerCase()}`,
        group: 'Run',
        icon: ICONS[name],
        keys: String(i + 1),
        perform: () => open(name),
      })),
    [open],
  )
  const shown: Partial<Record<Tab, number | undefined>> = counts
  // Tabs grow when their counts come.
  const tabs = useTabInSight<HTMLElement>(tab, Object.values(shown).filter(count => count !== undefined).length)
  return (
    <div className={`run-page tab-${tab}`}>
      <Head />
      <nav className="tabs" ref={tabs} aria-label="Parts of the run">
        {TABS.map(name => (
          <TabLink key={name} name={name} isHere={name === tab} base={base} onOpen={open}>
            {TITLES[name]}
            {shown[name] !== undefined && <span className="n">{formatAbout(shown[name])}</span>}
          </TabLink>
        ))}
      </nav>
      <Suspense fallback={<div className="run-tab" aria-busy="true" />}>
        {tab === 'overview' && <Overview />}
        {tab === 'charts' && <div className="run-tab run-charts">{charts}</div>}
        {tab === 'system' && <SystemTab />}
        {tab === 'logs' && <LogsTab />}
        {tab === 'files' && <FilesTab />}
        {tab === 'code' && <CodeTab />}
        {tab === 'artifacts' && <ArtifactsTab />}
      </Suspense>
    </div>
  )
}

/** A link of its own: the router's would call every tab of this address the current one. */
function TabLink({
  name,
  isHere,
  base,
  onOpen,
  children,
}: {
  name: Tab
  isHere: boolean
  base: string | undefined
  onOpen: (tab: Tab) => void
  children: ReactNode
}) {
  const router = useRouter()
  const search = { ...(base === undefined ? {} : { base }), ...(name === 'overview' ? {} : { tab: name }) }
  const { href } = router.buildLocation({ to: '.', search: search as never })
  return (
    <a
      href={router.history.createHref(href)}
      aria-current={isHere ? 'page' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        onOpen(name)
      }}
    >
      {children}
    </a>
  )
}

const ICONS = {
  overview: 'layers',
  charts: 'chart',
  system: 'chip',
  logs: 'list',
  files: 'folder',
  code: 'code',
  artifacts: 'layers',
} as const

/** A tab starts without what another one was told. */
const CLEARED = {
  find: undefined,
  changed: undefined,
  q: undefined,
  plain: undefined,
  match: undefined,
  level: undefined,
  label: undefined,
  only: undefined,
  wrap: undefined,
  line: undefined,
  file: undefined,
  at: undefined,
  side: undefined,
  show: undefined,
  against: undefined,
}

function Skeleton() {
  return (
    <div className="run-page">
      <div className="rh">
        <Bone width={240} height={24} />
      </div>
      <div className="run-tab ov">
        {[0, 1, 2].map(column => (
          <div key={column}>
            <section className="panel fill">
              <div className="panel-h">
                <Bone width={120} height={9} />
              </div>
            </section>
          </div>
        ))}
      </div>
    </div>
  )
}
