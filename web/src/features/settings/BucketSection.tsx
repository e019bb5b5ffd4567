/** Where a team's contents go: its own bucket, how that was found last, other keys, and the way back. Keys only go in. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Bucket, type BucketCheck, teamBuckets } from '../../data/buckets'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { Checkbox, Field } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { formatDate, formatSize } from '../../ui/format'
import { Banner, Bone, FailureMessage, Loading } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useSending } from '../../ui/useSending'
import { useNow } from '../../ui/useNow'
import { bucketQuery, keyFields, kindOf, stateText } from './buckets'

type Asked = { what: 'set' } | { what: 'keys' | 'leave' | 'check'; bucket: Bucket }

export function BucketSection({ team, canChange }: { team: string; canChange: boolean }) {
  const { data, error, isPending, refetch } = useQuery(bucketQuery(team))
  const [asked, setAsked] = useState<Asked | null>(null)
  const current = data?.buckets.find(one => one.is_current)
  const id = `bucket-${team}`
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="card-h">
        <h2 id={id}>Contents of {team}</h2>
        <span className="n">{current ? 'in a bucket of its own' : 'in the server’s own place'}</span>
        {canChange && (
          <Button small className="right" onClick={() => setAsked({ what: 'set' })}>
            {current ? 'Another bucket' : 'Use a bucket'}
          </Button>
        )}
      </div>
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'Its bucket could not be read')} onRetry={() => void refetch()} />
      ) : (
        <Loading
          isLoading={isPending}
          skeleton={
            <div className="settings-row">
              <Bone width="60%" height={10} />
            </div>
          }
        >
          {() =>
            data?.buckets.length === 0 ? (
              <p className="settings-row hint">
                New artifacts and files of runs lie with this server. With a bucket they go there; what is here stays.
              </p>
            ) : (
              data?.buckets.map(bucket => (
                <BucketFacts key={bucket.id} bucket={bucket} canChange={canChange} onAsk={setAsked} />
              ))
            )
          }
        </Loading>
      )}
      <Dialogs team={team} asked={asked} onClose={() => setAsked(null)} />
    </section>
  )
}

function BucketFacts({
  bucket,
  canChange,
  onAsk,
}: {
  bucket: Bucket
  canChange: boolean
  onAsk: (asked: Asked) => void
}) {
  const nowS = useNow(30_000)
  const { state } = bucket
  return (
    <div className="bucket" role="group" aria-label={bucket.address}>
      {(state === 'refused' || state === 'unreachable' || state === 'locked') && (
        <Banner tone="warn" icon="warn">
          {stateText(state)}: {bucket.reason}
        </Banner>
      )}
      <dl className="kv">
        <dt>Bucket</dt>
        <dd>
          <code>{bucket.address}</code>
          {!bucket.is_current && <span className="t3"> left {formatDate(bucket.ended_at)}; still read from</span>}
        </dd>
        {(bucket.endpoint || bucket.region) && (
          <>
            <dt>Where</dt>
            <dd>{[bucket.endpoint, bucket.region].filter(Boolean).join(', ')}</dd>
          </>
        )}
        <dt>State</dt>
        <dd>
          {stateText(state)}
          {bucket.since > 0 && (
            <span className="t3">
              {' '}
              since <Ago atS={bucket.since} nowS={nowS} />
            </span>
          )}
        </dd>
        <dt>Keys</dt>
        <dd>
          Set {formatDate(bucket.rotated_at)} by {bucket.rotated_by}; they are never shown
        </dd>
        <dt>Holds</dt>
        <dd>
          {formatSize(bucket.stored)} of artifacts{bucket.is_direct ? '' : '; bytes pass through the server'}
        </dd>
      </dl>
      {canChange && (
        <div className="settings-row">
          <Button small onClick={() => onAsk({ what: 'check', bucket })}>
            Check
          </Button>
          <Button small onClick={() => onAsk({ what: 'keys', bucket })}>
            Change keys
          </Button>
          {bucket.is_current && (
            <Button small kind="ghost" onClick={() => onAsk({ what: 'leave', bucket })}>
              Leave
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function Dialogs({ team, asked, onClose }: { team: string; asked: Asked | null; onClose: () => void }) {
  const props = { team, onClose }
  const of = asked && asked.what !== 'set' ? asked.bucket : null
  return (
    <>
      <Dialog
        isOpen={asked?.what === 'set'}
        onClose={onClose}
        title={`A bucket for ${team}`}
        description="It is tried first: reached, written, read, emptied. From then on new contents go there; nothing moves."
      >
        <SetBucket {...props} />
      </Dialog>
      <Dialog
        isOpen={asked?.what === 'keys'}
        onClose={onClose}
        title="Other keys"
        description={`For ${of?.address ?? ''}. They are tried first; wrong ones are not taken, and the old ones stay.`}
      >
        {of && <ChangeKeys {...props} bucket={of} />}
      </Dialog>
      <Dialog
        isOpen={asked?.what === 'leave'}
        onClose={onClose}
        title={`Leave ${of?.address ?? 'the bucket'}?`}
        description="New contents go to the server’s own place again. What is in the bucket stays there and is read from there."
      >
        <Leave {...props} />
      </Dialog>
      <Dialog isOpen={asked?.what === 'check'} onClose={onClose} title={`Check of ${of?.address ?? 'the bucket'}`}>
        {of && <Check {...props} bucket={of} />}
      </Dialog>
    </>
  )
}

interface AskedProps {
  team: string
  onClose: () => void
}

/** Sends what was asked about a team's bucket, and looks at the bucket again. */
function useAsking(team: string, onClose: () => void) {
  const client = useQueryClient()
  const { error, isSending, send } = useSending()
  const ask = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    await send(async () => {
      await work()
      toast({ text: done, icon: 'check' })
      onClose()
    })
    await client.invalidateQueries({ queryKey: bucketQuery(team).queryKey })
  }
  return { error, isSending, send: ask }
}

function SetBucket({ team, onClose }: AskedProps) {
  const { error, isSending, send } = useAsking(team, onClose)
  const [address, setAddress] = useState('')
  const [endpoint, setEndpoint] = useState('')
  const [region, setRegion] = useState('')
  const [isDirect, setDirect] = useState(true)
  const [keys, setKeys] = useState<Record<string, string>>({})
  const kind = kindOf(address)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = {
      address: address.trim(),
      keys,
      endpoint: endpoint.trim(),
      region: region.trim(),
      is_direct: isDirect,
    }
    void send(() => teamBuckets.set(team, wanted), `New contents of ${team} go to ${wanted.address}`)
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <Field
        label="Address"
        autoFocus
        required
        placeholder="s3://bucket/folder"
        help="s3://bucket/folder, gs://bucket/folder or az://container/folder"
        value={address}
        onChange={event => setAddress(event.target.value)}
      />
      {kind === 's3' && (
        <Field
          label="Region"
          placeholder="eu-central-1"
          value={region}
          onChange={event => setRegion(event.target.value)}
        />
      )}
      {kind !== 'gs' && (
        <Field
          label="Endpoint"
          placeholder="https://…"
          help="Only where the store is not the cloud’s own"
          value={endpoint}
          onChange={event => setEndpoint(event.target.value)}
        />
      )}
      <KeyFields kind={kind} keys={keys} onChange={setKeys} />
      <div className="row">
        <Checkbox label="Clients reach the bucket themselves" value={isDirect} onChange={setDirect} />
        <span aria-hidden="true">Clients reach the bucket themselves; else all bytes pass through the server</span>
      </div>
      <Acts error={error} isSending={isSending} onClose={onClose} label={isSending ? 'Trying it…' : 'Try and use it'} />
    </form>
  )
}

function ChangeKeys({ team, bucket, onClose }: AskedProps & { bucket: Bucket }) {
  const { error, isSending, send } = useAsking(team, onClose)
  const [keys, setKeys] = useState<Record<string, string>>({})
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(() => teamBuckets.changeKeys(team, bucket.id, keys), `${bucket.address} has other keys`)
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <KeyFields kind={kindOf(bucket.address)} keys={keys} onChange={setKeys} />
      <Acts
        error={error}
        isSending={isSending}
        onClose={onClose}
        label={isSending ? 'Trying them…' : 'Try and use them'}
      />
    </form>
  )
}

function Leave({ team, onClose }: AskedProps) {
  const { error, isSending, send } = useAsking(team, onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(() => teamBuckets.leave(team), `New contents of ${team} go to the server’s own place`)
  }
  return (
    <form onSubmit={submit}>
      <Acts error={error} isSending={isSending} onClose={onClose} label="Leave the bucket" />
    </form>
  )
}

function Check({ team, bucket, onClose }: AskedProps & { bucket: Bucket }) {
  const { data, error } = useQuery<BucketCheck>({
    queryKey: [...bucketQuery(team).queryKey, 'check', bucket.id],
    queryFn: () => teamBuckets.check(team, bucket.id),
    // Each time it is opened it is tried anew.
    gcTime: 0,
    staleTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  return (
    <>
      {error && (
        <Banner tone="bad" icon="error">
          {failureOf(error, '').detail}
        </Banner>
      )}
      {!data && !error && <p className="hint">Trying it…</p>}
      {data && (
        <ul className="steps" aria-label="What was tried">
          {data.steps.map(step => (
            <li key={step.what} className={step.is_fine ? 'ok' : 'no'}>
              <b>{step.what}</b> {step.text}
            </li>
          ))}
        </ul>
      )}
      <div className="acts">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </>
  )
}

function KeyFields({
  kind,
  keys,
  onChange,
}: {
  kind: ReturnType<typeof kindOf>
  keys: Record<string, string>
  onChange: (keys: Record<string, string>) => void
}) {
  return keyFields(kind).map(({ name, label, isSecret }) => (
    <Field
      key={name}
      label={label}
      required
      type={isSecret ? 'password' : 'text'}
      autoComplete="off"
      value={keys[name] ?? ''}
      // Only those of this kind: what was typed for another one is not sent.
      onChange={event =>
        onChange({
          ...Object.fromEntries(keyFields(kind).map(field => [field.name, keys[field.name] ?? ''])),
          [name]: event.target.value,
        })
      }
    />
  ))
}

function Acts({
  error,
  isSending,
  onClose,
  label,
}: {
  error: string | undefined
  isSending: boolean
  onClose: () => void
  label: string
}) {
  return (
    <>
      {error && (
        <Banner tone="bad" icon="error">
          {error}
        </Banner>
      )}
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={isSending}>
          {label}
        </Button>
      </div>
    </>
  )
}
