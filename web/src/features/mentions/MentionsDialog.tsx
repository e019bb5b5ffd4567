/** Where the reader was named, newest first; what is opened from here has been read. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { putAnswer } from '../../data/answers'
import { type Mention, type MentionPage, mentions } from '../../data/mentions'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { FailureMessage, Loading, Message } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useFollow } from '../../ui/useFollow'
import { useNow } from '../../ui/useNow'
import { mentionsQuery, placeOf } from './model'
import './mentions.css'

export default function MentionsDialog({ onClose }: { onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery({ ...mentionsQuery, staleTime: 0 })
  const client = useQueryClient()
  const follow = useFollow()
  const nowS = useNow(60_000)
  const read = (some: readonly Mention[]): void => {
    const unread = some.filter(mention => !mention.is_read).map(mention => mention.id)
    if (unread.length === 0) return
    void mentions.read(unread).then(
      page => putAnswer<MentionPage>(client, mentionsQuery.queryKey, () => page),
      failure => toast({ icon: 'error', text: `They stay unread: ${failureOf(failure, '').detail}` }),
    )
  }
  const open = (mention: Mention, isNewTab: boolean): void => {
    read([mention])
    follow(placeOf(mention), isNewTab)
    if (!isNewTab) onClose()
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Mentions"
      description="Where somebody named you."
      className="mentions-dialog"
    >
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'The mentions could not be read')} onRetry={() => void refetch()} />
      ) : (
        <Loading isLoading={isPending} skeleton={<p className="hint">Reading…</p>}>
          {() =>
            data?.mentions.length ? (
              <ul className="mentions">
                {data.mentions.map(mention => (
                  <li key={mention.id}>
                    <a
                      className={mention.is_read ? 'mention' : 'mention unread'}
                      href={new URL(placeOf(mention).slice(1), document.baseURI).href}
                      onClick={event => {
                        event.preventDefault()
                        open(mention, event.ctrlKey || event.metaKey)
                      }}
                    >
                      <span className="row g3">
                        <b className="b">{mention.user}</b>
                        <span className="t3 cut grow">{whereOf(mention)}</span>
                        <span className="t3">
                          <Ago atS={mention.time} nowS={nowS} />
                        </span>
                        {!mention.is_read && <span className="tag">new</span>}
                      </span>
                      <span className="mention-text">{mention.text}</span>
                    </a>
                  </li>
                ))}
              </ul>
            ) : (
              <Message icon="comment" title="Nobody has named you yet">
                Write @ and a name in notes or comments: who is named finds it here.
              </Message>
            )
          }
        </Loading>
      )}
      <div className="acts row right">
        {data && data.unread > 0 && <Button onClick={() => read(data.mentions)}>Mark all as read</Button>}
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  )
}

function whereOf({ project, run, run_name, region }: Mention): string {
  const name = run_name || run
  if (region) return `comment on a region ${run ? `of ${name} ` : ''}in ${project}`
  return run ? `notes of ${name} in ${project}` : `notes of ${project}`
}
