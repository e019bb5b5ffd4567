import { useParams } from '@tanstack/react-router'
import { ProjectGuard, RunGuard } from '../features/missing/Guards'
import { WorkspacePage } from '../features/workspace/WorkspacePage'

export function ProjectRoute() {
  const { entity, project } = useParams({ from: '/$entity/$project' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <WorkspacePage key={`${entity}/${project}`} entity={entity} project={project} />
    </ProjectGuard>
  )
}

/** The same workspace with one run in focus. */
export function RunRoute() {
  const { entity, project, run } = useParams({ from: '/$entity/$project/runs/$run' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <RunGuard entity={entity} project={project} run={run}>
        <WorkspacePage key={`${entity}/${project}`} entity={entity} project={project} run={run} />
      </RunGuard>
    </ProjectGuard>
  )
}
