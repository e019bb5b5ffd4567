/** API keys: made, shown once, revoked. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { account, type Key, type KeyCreated } from '../../data/account'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { CopyButton } from '../../ui/clipboard'
import { Field } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { formatAgo, formatDate } from '../../ui/format'
import { Banner, Bone, FailureMessage, Loading } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useSending } from '../../ui/useSending'
import { useNow } from '../../ui/useNow'
import { useMedia } from '../../ui/useToken'
import { keysQuery } from './model'

export function KeysSection() {
  const { data: keys, error, isPending, refetch } = useQuery(keysQuery)
  const [isCreating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<Key | null>(null)
  return (
    <section className="panel" aria-labelledby="keys">
      <div className="card-h">
        <h2 id="keys">API keys</h2>
        <span className="n">for scripts, one a machine</span>
        <Button icon="plus" small className="right" onClick={() => setCreating(true)}>
          New key
        </Button>
      </div>
      {error && !keys ? (
        <FailureMessage failure={failureOf(error, 'Your keys could not be read')} onRetry={() => void refetch()} />
      ) : (
        <Loading isLoading={isPending} skeleton={<KeysSkeleton />}>
          {() => <KeyTable keys={keys ?? []} onRevoke={setRevoking} />}
        </Loading>
      )}
      <CreateKeyDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <RevokeDialog revoked={revoking} onClose={() => setRevoking(null)} />
    </section>
  )
}

function KeysSkeleton() {
  return (
    <div className="settings-row">
      <Bone width="60%" height={10} />
    </div>
  )
}

function KeyTable({ keys, onRevoke }: { keys: readonly Key[]; onRevoke: (key: Key) => void }) {
  const nowS = useNow(30_000)
  const isPhone = useMedia('(max-width: 720px)')
  if (keys.length === 0)
    return (
      <p className="settings-row hint">
        No keys yet. A script on another machine needs one: <code>assay login</code> asks for it.
      </p>
    )
  if (isPhone)
    return (
      <ul className="keylist">
        {keys.map(key => (
          <li key={key.id}>
            <span className="grow">
              <b className="b block">{key.name}</b>
              <code className="t3">{key.id}…</code>
              <span className="hint block">
                Made {formatDate(key.created_at)}, {lastUsed(key, nowS)}
              </span>
            </span>
            <Button kind="ghost" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    )
  return (
    <div className="scroll-x">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Key</th>
            <th scope="col" className="num">
              Made
            </th>
            <th scope="col" className="num">
              Last used
            </th>
            <th scope="col">
              <span className="vh">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map(key => (
            <tr key={key.id}>
              <td className="b">{key.name}</td>
              <td>
                <code className="t3">{key.id}…</code>
              </td>
              <td className="num">{formatDate(key.created_at)}</td>
              <td className="num">{key.last_used_at > 0 ? <Ago atS={key.last_used_at} nowS={nowS} /> : 'never'}</td>
              <td className="num">
                <Button kind="ghost" small onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const lastUsed = (key: Key, nowS: number) =>
  key.last_used_at > 0
    ? `last used ${formatAgo(key.last_used_at, nowS)} ago`.replace('now ago', 'just now')
    : 'never used'

function CreateKeyDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="New API key"
      description="It may do what you may do. Name it after the machine or job that will use it."
    >
      <CreateKey onClose={onClose} />
    </Dialog>
  )
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [created, setCreated] = useState<KeyCreated>()
  const { error, isSending, send } = useSending()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(async () => {
      setCreated(await account.createKey(name.trim()))
      void client.invalidateQueries({ queryKey: keysQuery.queryKey })
    })
  }
  if (created)
    return (
      <>
        <div className="keybox">
          <code>{created.secret}</code>
        </div>
        <Banner tone="warn" icon="warn">
          Shown once: only a hash is kept. Copy it before you close this.
        </Banner>
        <div className="acts">
          <CopyButton autoFocus text={created.secret} label="Copy key" />
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </>
    )
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <Field
        label="Name"
        autoFocus
        required
        maxLength={128}
        placeholder="gpu-box-3"
        value={name}
        error={error}
        onChange={event => setName(event.target.value)}
      />
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={isSending}>
          Create key
        </Button>
      </div>
    </form>
  )
}

/** Asked first, because a revoked key cannot be given back. */
function RevokeDialog({ revoked, onClose }: { revoked: Key | null; onClose: () => void }) {
  const client = useQueryClient()
  const [isSending, setSending] = useState(false)
  const revoke = async (key: Key) => {
    setSending(true)
    try {
      await account.revokeKey(key.id)
      toast({ text: `Revoked ${key.name}`, icon: 'check' })
      onClose()
    } catch (failure) {
      toast({ text: `${key.name} is not revoked: ${failureOf(failure, '').detail}`, icon: 'error' })
    }
    setSending(false)
    await client.invalidateQueries({ queryKey: keysQuery.queryKey })
  }
  return (
    <Dialog
      isOpen={revoked !== null}
      onClose={onClose}
      title={revoked ? `Revoke ${revoked.name}?` : 'Revoke key?'}
      description="Scripts that use it can no longer send. What they log stays on their disk and is sent once they sign in with another key. A revoked key cannot be given back."
    >
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="destroy" disabled={isSending} onClick={() => revoked && void revoke(revoked)}>
          Revoke key
        </Button>
      </div>
    </Dialog>
  )
}
