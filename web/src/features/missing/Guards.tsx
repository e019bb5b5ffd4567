/**
 * Stands around a page whose address names a project or a run. While it is not known whether that exists, the page is drawn as
 * if it did: it almost always does, and nobody should wait for the answer.
 */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { perform } from '../../ui/actions'
import { Button } from '../../ui/Button'
import { failureOf, statusOf } from '../../ui/failure'
import { formatAgo, formatTime } from '../../ui/format'
import { PageFailure } from '../../ui/PageFailure'
import { Message } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useNow } from '../../ui/useNow'
import { useTitle } from '../../ui/useTitle'
import { useMe } from '../signin/model'
import { type AnyRun, projectQuery, restoreRun, runQuery } from './model'

const isMissing = (error: unknown) => [403, 404].includes(statusOf(error))

export function ProjectGuard({ entity, project, children }: { entity: string; project: string; children: ReactNode }) {
  const me = useMe()
  const { error, refetch } = useQuery(projectQuery(entity, project))
  if (!isMissing(error)) return children
  return (
    <Missing name={`${entity}/${project}`}>
      <PageFailure
        error={error}
        kind="project"
        name={`${entity}/${project}`}
        reader={me.display_name || me.username}
        onRetry={() => void refetch()}
        actions={
          <>
            <Button icon="search" onClick={() => void perform('palette')}>
              Search
            </Button>
            <Link className="btn ghost" to="/">
              All projects
            </Link>
          </>
        }
      />
    </Missing>
  )
}

interface RunPlace {
  entity: string
  project: string
  run: string
}

export function RunGuard({ children, ...place }: RunPlace & { children: ReactNode }) {
  const { entity, project, run } = place
  const { data, error } = useQuery(runQuery(entity, project, run))
  if (isMissing(error)) return <UnknownRun {...place} error={error} />
  return data && data.deleted_at > 0 ? <DeletedRun {...place} deleted={data} /> : children
}

function ToRuns({ entity, project }: Omit<RunPlace, 'run'>) {
  return (
    <Link className="btn ghost" to="/$entity/$project" params={{ entity, project }}>
      Back to runs
    </Link>
  )
}

function UnknownRun({ entity, project, run, error }: RunPlace & { error: unknown }) {
  const me = useMe()
  const client = useQueryClient()
  return (
    <Missing name={run}>
      <PageFailure
        error={error}
        kind="run"
        name={run}
        reader={me.display_name || me.username}
        onRetry={() => void client.invalidateQueries()}
        actions={<ToRuns entity={entity} project={project} />}
      />
    </Missing>
  )
}

function DeletedRun({ entity, project, run, deleted }: RunPlace & { deleted: AnyRun }) {
  const client = useQueryClient()
  const nowS = useNow(60_000)
  const restore = async () => {
    try {
      await restoreRun(entity, project, run)
      toast({ text: `Restored ${deleted.name}`, icon: 'check' })
      await client.invalidateQueries()
    } catch (failure) {
      toast({ text: `${deleted.name} is not restored: ${failureOf(failure, '').detail}`, icon: 'error' })
    }
  }
  return (
    <Missing name={deleted.name}>
      <Message
        isPage
        icon="trash"
        title={`${deleted.name} was deleted`}
        actions={
          <>
            <Button icon="undo" onClick={() => void restore()}>
              Restore run
            </Button>
            <ToRuns entity={entity} project={project} />
          </>
        }
      >
        <span title={formatTime(deleted.deleted_at)}>
          {deletedWhen(deleted.deleted_at, nowS)} It is in the trash, with its files and history.
        </span>
      </Message>
    </Missing>
  )
}

function deletedWhen(atS: number, nowS: number): string {
  const ago = formatAgo(atS, nowS)
  return ago === 'now' ? 'A moment ago.' : `${ago} ago.`
}

/** Names the page in the tab. */
function Missing({ name, children }: { name: string; children: ReactNode }) {
  useTitle(name)
  return children
}
