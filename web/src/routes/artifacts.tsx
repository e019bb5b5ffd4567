import { useParams } from '@tanstack/react-router'
import { ArtifactsPage } from '../features/artifacts/ArtifactsPage'
import { StoragePage } from '../features/artifacts/StoragePage'
import { VersionPage } from '../features/artifacts/VersionPage'
import { ProjectGuard } from '../features/missing/Guards'
import { FileContent } from '../features/run/files/Preview'
import type { FilePreview } from '../data/run'

export function ArtifactsRoute() {
  const { entity, project } = useParams({ from: '/$entity/$project/artifacts' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <ArtifactsPage key={`${entity}/${project}`} entity={entity} project={project} />
    </ProjectGuard>
  )
}

const preview = (file: FilePreview) => <FileContent file={file} />

/** A version's page; what is in a file is drawn as on run pages. */
export function VersionRoute() {
  const { entity, project, type, name, version } = useParams({
    from: '/$entity/$project/artifacts/$type/$name/$version',
  })
  return (
    <ProjectGuard entity={entity} project={project}>
      <VersionPage {...{ entity, project, type, name, version, preview }} />
    </ProjectGuard>
  )
}

export function StorageRoute() {
  const { entity, project } = useParams({ from: '/$entity/$project/storage' })
  return (
    <ProjectGuard entity={entity} project={project}>
      <StoragePage entity={entity} />
    </ProjectGuard>
  )
}
