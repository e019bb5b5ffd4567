import { Link } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Project } from '../../data/projects'
import { useActions } from '../../ui/actions'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { Segmented, TextInput } from '../../ui/controls'
import { formatCount, plural } from '../../ui/format'
import { StateGlyph } from '../../ui/icons'
import { Kbd } from '../../ui/Kbd'
import { Message } from '../../ui/states'
import { useMedia } from '../../ui/useToken'
import { findProjects, type ProjectList } from './model'

type Order = 'recent' | 'name' | 'runs'

const orders: readonly { value: Order; label: string }[] = [
  { value: 'recent', label: 'Recent' },
  { value: 'name', label: 'Name' },
  { value: 'runs', label: 'Most runs' },
]
const compare: Record<Order, (a: Project, b: Project) => number> = {
  recent: (a, b) => b.last_activity_at - a.last_activity_at,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || a.entity.localeCompare(b.entity),
  runs: (a, b) => b.run_count - a.run_count,
}
/** Drawn at once; the rest on request, so that a page of a thousand projects opens as fast as one of ten. */
const PAGE = 60

const searchField = () => document.getElementById('find-project') as HTMLInputElement | null

export function ProjectsCard({ list, entity, nowS }: { list: ProjectList; entity: string; nowS: number }) {
  const [query, setQuery] = useState('')
  const [order, setOrder] = useState<Order>('recent')
  const [shown, setShown] = useState(PAGE)
  const isPhone = useMedia('(max-width: 720px)')
  const wanted = useDeferredValue(query)
  const found = useMemo(
    () => findProjects(list.projects, wanted).toSorted(compare[order]),
    [list.projects, wanted, order],
  )
  useActions(
    () => [
      {
        name: 'home.find',
        label: 'Find a project',
        group: 'Home',
        icon: 'search',
        keys: '/',
        perform: () => searchField()?.focus(),
      },
    ],
    [],
  )
  const drawn = found.slice(0, shown)
  const showsAbout = list.projects.some(({ description }) => description !== '')
  return (
    <section className="panel" aria-labelledby="projects">
      <div className="card-h wraps">
        <h2 id="projects">Projects</h2>
        <span className="n">
          {wanted ? `${formatCount(found.length)} of ${formatCount(list.total)}` : formatCount(list.total)}
          {list.projects.length < list.total && `, the ${formatCount(list.projects.length)} most recent listed`}
        </span>
        <span className="home-tools">
          <TextInput
            id="find-project"
            type="search"
            icon="search"
            placeholder="Find a project"
            aria-label="Find a project"
            value={query}
            after={<Kbd keys="/" />}
            onChange={event => setQuery(event.target.value)}
            onKeyDown={event => event.key === 'Escape' && (setQuery(''), event.currentTarget.blur())}
          />
          <Segmented label="Order" className="desk-only" value={order} options={orders} onChange={setOrder} />
        </span>
      </div>
      {found.length === 0 ? (
        <Message
          icon="search"
          title={`No project matches “${wanted}”`}
          actions={<Button onClick={() => setQuery('')}>Clear search</Button>}
        >
          <span>{plural(list.total, 'project')} without it.</span>
        </Message>
      ) : isPhone ? (
        <ul className="cards prj">
          {drawn.map(project => (
            <ProjectLines key={`${project.entity}/${project.name}`} project={project} nowS={nowS} />
          ))}
        </ul>
      ) : (
        <div className="scroll-x">
          <table className="table home-projects">
            <thead>
              <tr>
                <th scope="col">Project</th>
                {showsAbout && <th scope="col">About</th>}
                {entity === '' && <th scope="col">In</th>}
                <th scope="col" className="num">
                  Runs
                </th>
                <th scope="col" className="num">
                  Running
                </th>
                <th scope="col" className="num">
                  Created
                </th>
                <th scope="col" className="num">
                  Active
                </th>
              </tr>
            </thead>
            <tbody>
              {drawn.map(project => (
                <ProjectRow
                  key={`${project.entity}/${project.name}`}
                  project={project}
                  nowS={nowS}
                  showsEntity={entity === ''}
                  showsAbout={showsAbout}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > shown && (
        <div className="home-more">
          <Button kind="ghost" onClick={() => setShown(shown + PAGE * 4)}>
            Show more, {formatCount(found.length - shown)} left
          </Button>
        </div>
      )}
    </section>
  )
}

interface RowProps {
  project: Project
  nowS: number
  showsEntity: boolean
  showsAbout: boolean
}

function ProjectRow({ project, nowS, showsEntity, showsAbout }: RowProps) {
  const { entity, name, description } = project
  return (
    <tr>
      <td>
        <Link className="pn cut" title={name} to="/$entity/$project" params={{ entity, project: name }}>
          {name}
        </Link>
      </td>
      {showsAbout && (
        <td className="about">
          <span className="cut block t3" title={description}>
            {description}
          </span>
        </td>
      )}
      {showsEntity && (
        <td>
          <Link className="t3" to="/$entity" params={{ entity }}>
            {entity}
          </Link>
        </td>
      )}
      <td className="num b">{formatCount(project.run_count)}</td>
      <td className="num">
        {project.running_count > 0 ? (
          <span className="running-count">
            <StateGlyph state="running" size={13} label="" />
            {formatCount(project.running_count)}
          </span>
        ) : (
          <span className="t3">–</span>
        )}
      </td>
      <td className="num t3">
        <Ago atS={project.created_at} nowS={nowS} />
      </td>
      <td className={project.running_count > 0 ? 'num t1' : 'num t3'}>
        <Ago atS={project.last_activity_at} nowS={nowS} />
      </td>
    </tr>
  )
}

function ProjectLines({ project, nowS }: Omit<RowProps, 'showsEntity' | 'showsAbout'>) {
  const { entity, name, run_count: runs, running_count: running } = project
  return (
    <li>
      <Link className="card-link" to="/$entity/$project" params={{ entity, project: name }}>
        <span className="grow grid">
          <span className="row">
            <b className="cut">{name}</b>
            {running > 0 && <StateGlyph state="running" size={13} />}
          </span>
          <span className="s cut">
            {running > 0 ? `${formatCount(running)} running, ` : ''}
            {plural(runs, 'run')}
          </span>
        </span>
        <span className="s">
          <Ago atS={project.last_activity_at} nowS={nowS} />
        </span>
      </Link>
    </li>
  )
}
