/** The workspace's panels for one run: the charts tab of its page. The view is the project's, arranged and saved as there. */

import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useLayoutEffect, useMemo, useState } from 'react'
import type { Column } from '../../data/project'
import { useDefined } from '../../panels/axes'
import type { DrawnRun } from '../../panels/context'
import { failureOf } from '../../ui/failure'
import { FailureMessage } from '../../ui/states'
import { useMedia } from '../../ui/useToken'
import { Desk, DeskContext } from './desk'
import { PanelsView } from './PanelsView'
import { buildSections, metricPanels, shownOf } from './sections'
import { usePage, usePageState } from './usePage'
import { usePanelActions } from './usePanelActions'
import { useMetricColumns, useMetricsOfRun, useSession } from './useWorkspace'
import { ViewMenu } from './ViewMenu'
import './workspace.css'

const NO_COLUMNS: readonly Column[] = []

export function RunCharts({ entity, project, runId }: { entity: string; project: string; runId: string }) {
  const session = useSession(entity, project)
  const page = usePage(entity, project)
  const navigate = useNavigate()
  const isPhone = useMedia('(max-width: 720px)')
  const open = useCallback(
    (id: string) => void navigate({ to: '/$entity/$project/runs/$run', params: { entity, project, run: id } }),
    [navigate, entity, project],
  )
  const [desk] = useState(() => new Desk(page.store, open))
  const columns = useMetricColumns(session, entity, project)
  const { refetch } = columns
  const run = useDrawnRun(session, runId)
  const all = columns.data?.columns ?? NO_COLUMNS
  // What other runs of the project measured is not this one's to miss.
  const own = useMetricsOfRun(session, runId, run[0]?.isLive ?? false, all, columns.dataUpdatedAt)
  const defined = useDefined(session.api, run, run.length > 0)
  const metrics = useMemo(() => metricPanels(shownOf(own ?? NO_COLUMNS, defined)), [own, defined])
  const spec = usePageState(page, state => state.spec)
  const built = useMemo(() => buildSections(spec, metrics), [spec, metrics])
  useLayoutEffect(() => {
    desk.setBuilt(built)
  }, [desk, built])
  usePanelActions(desk)
  if (page.error !== null && page.error !== undefined)
    return <FailureMessage failure={failureOf(page.error, 'The view could not be read')} onRetry={page.onRetry} />
  return (
    <DeskContext value={desk}>
      <ViewMenu page={page} />
      <PanelsView
        {...{ session, built, isPhone, defined }}
        runs={run}
        run={runId}
        columns={all}
        isLoading={columns.isPending || (all.length > 0 && !own) || !page.isReady || run.length === 0 || !defined}
        error={columns.error}
        onRetry={() => void refetch()}
        leftOut={columns.data ? columns.data.total - columns.data.columns.length : 0}
      />
    </DeskContext>
  )
}

/** The run as panels draw it; empty until it is known. The same list while it says the same. */
function useDrawnRun(session: ReturnType<typeof useSession>, runId: string): readonly DrawnRun[] {
  const { data } = useQuery({
    queryKey: ['drawn-run', session.api.path, runId],
    queryFn: ({ signal }) => session.api.run(runId, signal),
    refetchInterval: 10_000,
  })
  return useMemo(() => {
    if (!data) return []
    const isLive = data.state === 'running' || data.state === 'preempting'
    return session.sameDrawn([{ id: data.id, name: data.name, ordinal: data.ordinal, isLive }])
  }, [session, data])
}
