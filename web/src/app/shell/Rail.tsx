import { Link, useLocation, useMatchRoute } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon, type IconName, Mark } from '../../ui/icons'
import { usePlace } from './place'

/** Artifacts lie below the address of runs, but are another place. */
const EXACT = { exact: true }
const ARTIFACT_PLACES = /^\/[^/]+\/[^/]+\/(artifacts|storage)(\/|$)/

/** The places of the application, as icons with words. Only what exists is here. */
export function Rail() {
  const { entity, project } = usePlace()
  const isSettings = useMatchRoute()({ to: '/settings' }) !== false
  const isArtifacts = useLocation({ select: ({ pathname }) => ARTIFACT_PLACES.test(pathname) })
  const isHome = !isSettings && project === undefined
  return (
    <nav className="rail" aria-label="Main">
      <Link className="logo" to="/" aria-label="Assay, home">
        <Mark label="" />
      </Link>
      <Link to="/" {...current(isHome)}>
        <PlaceLabel icon="home">Home</PlaceLabel>
      </Link>
      {entity !== undefined && project !== undefined && (
        <>
          <Link to="/$entity/$project" params={{ entity, project }} activeOptions={EXACT} {...current(!isArtifacts)}>
            <PlaceLabel icon="workspace">Runs</PlaceLabel>
          </Link>
          <Link to="/$entity/$project/artifacts" params={{ entity, project }} {...current(isArtifacts)}>
            <PlaceLabel icon="layers">Artifacts</PlaceLabel>
          </Link>
        </>
      )}
      <div className="end">
        <Link to="/settings" {...current(isSettings)}>
          <PlaceLabel icon="settings">Settings</PlaceLabel>
        </Link>
      </div>
    </nav>
  )
}

/** Named here rather than by the link, so that a project's page does not mark Home as current too. */
const current = (isCurrent: boolean) => ({
  className: 'place',
  activeProps: {},
  ...(isCurrent ? { 'aria-current': 'page' as const } : { 'aria-current': undefined }),
})

function PlaceLabel({ icon, children }: { icon: IconName; children: ReactNode }) {
  return (
    <>
      <Icon name={icon} size={18} />
      {children}
    </>
  )
}
