/** Where the reader is, with a switcher: entities on the home pages, projects inside one. */

import { useQuery } from '@tanstack/react-query'
import { Link, useMatchRoute, useNavigate, useParams } from '@tanstack/react-router'
import { projectsQuery } from '../../features/home/model'
import { entitiesOf, useMe } from '../../features/signin/model'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { usePlace } from './place'

const SWITCHER_MAX = 12

export function Crumbs() {
  const { entity, project } = usePlace()
  const { name, version } = useParams({ strict: false })
  const isSettings = useMatchRoute()({ to: '/settings' }) !== false
  return (
    <nav className="crumbs" aria-label="Where you are">
      {isSettings ? (
        <span className="crumb here">Settings</span>
      ) : entity !== undefined && project !== undefined ? (
        <>
          <Link className="crumb desk-only" to="/$entity" params={{ entity }}>
            <span className="cut">{entity}</span>
          </Link>
          <span className="slash desk-only" aria-hidden="true">
            /
          </span>
          <ProjectSwitcher entity={entity} project={project} />
          {name !== undefined && (
            <>
              <span className="slash desk-only" aria-hidden="true">
                /
              </span>
              <span className="crumb here desk-only">
                <span className="cut">
                  {name}:{version}
                </span>
              </span>
            </>
          )}
        </>
      ) : (
        <EntitySwitcher entity={entity ?? ''} />
      )}
    </nav>
  )
}

function EntitySwitcher({ entity }: { entity: string }) {
  const navigate = useNavigate()
  const me = useMe()
  return (
    <Menu
      label="Whose projects"
      className="min-w-56"
      trigger={
        <button type="button" className="crumb here">
          <span className="cut">{entity || 'All projects'}</span>
          <Icon name="updown" size={12} />
        </button>
      }
    >
      <MenuItem icon={entity === '' ? 'check' : 'home'} onSelect={() => void navigate({ to: '/' })}>
        All projects
      </MenuItem>
      <MenuSeparator />
      {entitiesOf(me).map(name => (
        <MenuItem
          key={name}
          icon={name === entity ? 'check' : name === me.username ? 'user' : 'users'}
          onSelect={() => void navigate({ to: '/$entity', params: { entity: name } })}
        >
          <span className="cut">{name}</span>
        </MenuItem>
      ))}
    </Menu>
  )
}

function ProjectSwitcher({ entity, project }: { entity: string; project: string }) {
  const navigate = useNavigate()
  const { data } = useQuery(projectsQuery())
  const others = (data?.projects ?? []).filter(other => other.entity !== entity || other.name !== project)
  return (
    <Menu
      label="Projects"
      className="min-w-64"
      trigger={
        <button type="button" className="crumb here">
          <span className="cut">{project}</span>
          <Icon name="updown" size={12} />
        </button>
      }
    >
      {others.length > 0 && <MenuLabel>Recent projects</MenuLabel>}
      {others.slice(0, SWITCHER_MAX).map(other => (
        <MenuItem
          key={`${other.entity}/${other.name}`}
          icon="folder"
          onSelect={() =>
            void navigate({ to: '/$entity/$project', params: { entity: other.entity, project: other.name } })
          }
        >
          <span className="cut">{other.name}</span>
          {other.entity !== entity && <span className="why">{other.entity}</span>}
        </MenuItem>
      ))}
      {others.length > 0 && <MenuSeparator />}
      <MenuItem icon="home" keys="g h" onSelect={() => void navigate({ to: '/' })}>
        All projects
      </MenuItem>
    </Menu>
  )
}
