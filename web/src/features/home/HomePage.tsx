/** What runs now, which projects there are, what went wrong. With no project yet, the way to a first run. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { failureOf, statusOf } from '../../ui/failure'
import { FailureMessage, Loading, Message } from '../../ui/states'
import { useNow } from '../../ui/useNow'
import { useTitle } from '../../ui/useTitle'
import { entitiesOf, useMe } from '../signin/model'
import { FirstVisit } from './FirstVisit'
import { HomeSkeleton } from './HomeSkeleton'
import { LogRunCard } from './LogRunCard'
import { type ProjectList, projectsQuery } from './model'
import { PasswordBanner } from './PasswordBanner'
import { ProjectsCard } from './ProjectsCard'
import { RunningCard } from './RunningCard'
import { TroubleCard } from './TroubleCard'
import { useHomeLive } from './useHomeLive'

const REFRESH_MS = 5_000

export function HomePage({ entity }: { entity: string }) {
  useTitle(entity || 'Home')
  const me = useMe()
  const { data, error, isPending, refetch } = useQuery({ ...projectsQuery(entity), refetchInterval: REFRESH_MS })

  // Whoever waits for a first run is taken to it, not to the list in which it shows up a moment earlier.
  const [isWaiting, setWaiting] = useState(false)
  if (data?.total === 0 && !isWaiting) setWaiting(true)

  if (error && !data) {
    if (statusOf(error) === 403 || statusOf(error) === 404) return <UnknownEntity entity={entity} />
    const failure = failureOf(error, 'The project list could not be read')
    return <FailureMessage isPage failure={failure} onRetry={() => void refetch()} />
  }
  return (
    <Loading isLoading={isPending} skeleton={<HomeSkeleton />}>
      {() => {
        if (!data) return null
        const isOwn = entity === '' || entity === me.default_entity
        if (isWaiting && isOwn) return <FirstVisit />
        if (data.total > 0) return <Full entity={entity} list={data} />
        return entitiesOf(me).includes(entity) ? <EmptyEntity entity={entity} /> : <UnknownEntity entity={entity} />
      }}
    </Loading>
  )
}

function Full({ entity, list }: { entity: string; list: ProjectList }) {
  const nowS = useNow(10_000)
  useHomeLive(list.projects)
  return (
    <div className="home">
      <h1 className="vh">{entity ? `Projects of ${entity}` : 'Home'}</h1>
      <PasswordBanner />
      <div className="home-cols">
        <div className="home-col">
          <RunningCard list={list.projects} nowS={nowS} />
          <ProjectsCard list={list} entity={entity} nowS={nowS} />
        </div>
        <div className="home-col home-side">
          <TroubleCard list={list.projects} nowS={nowS} />
          <LogRunCard entity={entity} />
        </div>
      </div>
    </div>
  )
}

function EmptyEntity({ entity }: { entity: string }) {
  return (
    <Message isPage icon="folder" title={`No projects in ${entity} yet`}>
      <span>A project begins with its first run.</span>
      <div className="codebox">
        <span className="k">import</span> assay{'\n'}
        assay.<span className="f">init</span>(entity=<span className="s">"{entity}"</span>, project=
        <span className="s">"first-steps"</span>)
      </div>
    </Message>
  )
}

function UnknownEntity({ entity }: { entity: string }) {
  const me = useMe()
  // Whether it exists is not for everybody to know: both cases read alike.
  return (
    <Message isPage icon="lock" title={`Nothing of ${entity} can be shown`}>
      <span>
        There is no such person or team, or it has no project that you can see. You are signed in as{' '}
        {me.display_name || me.username} and can open {entitiesOf(me).join(', ')}. An administrator of a team can add
        you.
      </span>
    </Message>
  )
}
