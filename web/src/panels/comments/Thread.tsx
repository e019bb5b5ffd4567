/** What people say about one thing of a project, oldest first, and the place to say more. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useContext, useState } from 'react'
import { putAnswer } from '../../data/answers'
import {
  addComment,
  type Comment,
  type CommentPage,
  deleteComment,
  editComment,
  listComments,
  type Place,
  type SubjectKind,
} from '../../data/comments'
import { formatCount } from '../../charts/number'
import { Ago } from '../../ui/Ago'
import { Button, IconButton } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { FailureMessage, Loading } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useNow } from '../../ui/useNow'
import { PlaceContext, usePanelServices } from '../context'
import { WriteBox } from './WriteBox'
import './comments.css'

const MarkdownText = lazy(async () => ({ default: (await import('../markdown/Text')).MarkdownText }))

export function Thread({
  kind,
  subject,
  onCount,
}: {
  kind: SubjectKind
  subject: string
  /** A comment came or went. */
  onCount: () => void
}) {
  const { path } = usePanelServices().api
  const client = useQueryClient()
  const nowS = useNow(60_000)
  const key = ['comments', path, kind, subject]
  const { data, error, isPending, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => listComments(path, kind, subject, signal),
    staleTime: 0,
    refetchInterval: 30_000,
  })
  const where = useContext(PlaceContext)
  /** The page is kept for those who are named; what is said counts more than where. */
  const whereOf = async (text: string): Promise<Place | null> => {
    if (!where || !text.includes('@')) return null
    try {
      return await where()
    } catch {
      return null
    }
  }
  /** Answers whether it was done; the thread is then as `change` leaves it, until it is read again. */
  const doing = async <T,>(
    what: Promise<T>,
    change: (comments: readonly Comment[], answer: T) => Comment[],
    failed: string,
  ): Promise<boolean> => {
    try {
      const answer = await what
      await putAnswer<CommentPage>(client, key, page => page && { ...page, comments: change(page.comments, answer) })
      onCount()
      return true
    } catch (failure) {
      toast({ icon: 'error', text: `${failed}: ${failureOf(failure, '').detail}` })
      return false
    }
  }
  // One failed reading takes nothing away: not what was said, nor what somebody is writing.
  if (error && !data)
    return (
      <FailureMessage failure={failureOf(error, 'The comments could not be read')} onRetry={() => void refetch()} />
    )
  return (
    <section className="thread" aria-label="Comments">
      <h3 className="t-strong">
        Comments{data && data.comments.length > 0 && <span className="t3"> {formatCount(data.comments.length)}</span>}
      </h3>
      <Loading isLoading={isPending} skeleton={<p className="hint">Reading…</p>}>
        {() => (
          <>
            {data?.comments.length === 0 && !data.can_write && <p className="hint">Nobody has said anything yet.</p>}
            {data && data.comments.length > 0 && (
              <ol>
                {data.comments.map(comment => (
                  <OneComment
                    key={comment.id}
                    path={path}
                    comment={comment}
                    nowS={nowS}
                    onEdit={text =>
                      doing(
                        whereOf(text).then(place => editComment(path, comment.id, text, place)),
                        (all, after) => all.map(one => (one.id === after.id ? after : one)),
                        'The comment was not changed',
                      )
                    }
                    onDelete={() =>
                      doing(
                        deleteComment(path, comment.id),
                        all => all.filter(one => one.id !== comment.id),
                        'The comment was not deleted',
                      )
                    }
                  />
                ))}
              </ol>
            )}
            {data?.can_write && (
              <WriteBox
                of={`comment ${path} ${kind} ${subject}`}
                label="Comment"
                send="Comment"
                placeholder="What is to be seen here? Markdown."
                onSend={text =>
                  doing(
                    whereOf(text).then(place => addComment(path, kind, subject, text, place)),
                    (all, added) => [...all, added],
                    'The comment was not kept',
                  )
                }
              />
            )}
          </>
        )}
      </Loading>
    </section>
  )
}

function OneComment({
  path,
  comment,
  nowS,
  onEdit,
  onDelete,
}: {
  /** Of the project. */
  path: string
  comment: Comment
  nowS: number
  onEdit: (text: string) => Promise<boolean>
  onDelete: () => Promise<boolean>
}) {
  const [doing, setDoing] = useState<'' | 'edit' | 'delete'>('')
  const { user, text, created_at, edited_at, can_edit, can_delete } = comment
  return (
    <li>
      <span className="row g3">
        <strong>{user}</strong>
        <span className="t3 grow">
          <Ago atS={created_at} nowS={nowS} />
          {edited_at > 0 && (
            <>
              , edited <Ago atS={edited_at} nowS={nowS} />
            </>
          )}
        </span>
        {doing === '' && can_edit && (
          <IconButton small icon="edit" label="Edit the comment" onClick={() => setDoing('edit')} />
        )}
        {doing === '' && can_delete && (
          <IconButton small icon="trash" label="Delete the comment" onClick={() => setDoing('delete')} />
        )}
      </span>
      {doing === 'edit' ? (
        <WriteBox
          of={`comment ${path} ${comment.id}`}
          label="Comment"
          text={text}
          send="Save comment"
          hasFocus
          onSend={async after => {
            const isDone = await onEdit(after)
            if (isDone) setDoing('')
            return isDone
          }}
          onClose={() => setDoing('')}
          onReopen={() => setDoing('edit')}
        />
      ) : (
        <Suspense fallback={<p>{text}</p>}>
          <MarkdownText text={text} isNear />
        </Suspense>
      )}
      {doing === 'delete' && (
        <span className="row g3" role="group" aria-label="Delete the comment for good?">
          <span className="t3 grow">It is gone for good then.</span>
          <Button small kind="destroy" autoFocus onClick={() => void onDelete()}>
            Delete
          </Button>
          <Button small kind="ghost" onClick={() => setDoing('')}>
            Keep
          </Button>
        </span>
      )}
    </li>
  )
}
