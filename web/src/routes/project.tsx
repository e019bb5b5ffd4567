import { useParams } from '@tanstack/react-router'
import { ProjectGuard, RunGuard } from '../features/missing/Guards'
import { RunPage } from '../features/run/RunPage'
import { RunCharts } from '../features/workspace/RunCharts'
import { WorkspacePage } from '../features/workspace/WorkspacePage'

export function ProjectRoute() {
  const { entity, project } = useParams({ from: '/$entity/$project' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <WorkspacePage key={`${entity}/${project}`} entity={entity} project={project} />
    </ProjectGuard>
  )
}

/** A run's page; its charts are the workspace's panels for this one run. */
export function RunRoute() {
  const { entity, project, run } = useParams({ from: '/$entity/$project/runs/$run' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <RunGuard entity={entity} project={project} run={run}>
        <RunPage
          key={`${entity}/${project}/${run}`}
          entity={entity}
          project={project}
          runId={run}
          charts={<RunCharts entity={entity} project={project} runId={run} />}
        />
      </RunGuard>
    </ProjectGuard>
  )
}
