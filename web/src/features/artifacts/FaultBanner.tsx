/** One mark that reaches a version: what it says, which aliases it freezes, and the way for the version's own people to accept it. */

import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ArtifactsApi, ArtifactVersion, VersionFault } from '../../data/artifacts'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { formatDate } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { toast } from '../../ui/toasts'
import { useSending } from '../../ui/useSending'
import { artifactsKey } from './model'

export function FaultBanner({
  api,
  version,
  fault,
  children,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  fault: VersionFault
  children: ReactNode
}) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const readAgain = () => client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) })
  const withdraw = async (): Promise<void> => {
    try {
      await api.withdrawAcceptance(version.name, version.version)
    } catch (error) {
      toast({ text: failureOf(error, 'It could not be taken back').detail, icon: 'warn' })
    }
    await readAgain()
  }
  return (
    <div className={cx('banner fault', fault.accepted_by ? 'warn' : 'bad')}>
      <Icon name="flag" />
      <span>
        {children}
        {fault.frozen.length > 0 && (
          <>
            {' '}
            Frozen until it is clean: <b className="b">{fault.frozen.join(', ')}</b>.
          </>
        )}
        {fault.accepted_by && (
          <>
            {' '}
            <b className="b">Accepted</b> by {fault.accepted_by}, {formatDate(fault.accepted_at)}:{' '}
            {fault.accepted_reason}
          </>
        )}
      </span>
      {fault.accepted_by ? (
        <Button small onClick={() => void withdraw()}>
          Accept no more
        </Button>
      ) : (
        <Button small onClick={() => setAsking(true)}>
          Accept…
        </Button>
      )}
      <Dialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Accept ${version.name}:${version.version}`}
        description="It stays marked, and its aliases serve it again. What is marked later counts anew."
      >
        <AcceptForm api={api} version={version} onClose={() => setAsking(false)} onDone={readAgain} />
      </Dialog>
    </div>
  )
}

function AcceptForm({
  api,
  version,
  onClose,
  onDone,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  onClose: () => void
  onDone: () => Promise<void>
}) {
  const [reason, setReason] = useState('')
  const { error, isSending, send } = useSending()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(async () => {
      await api.acceptFaults(version.name, version.version, reason.trim())
      await onDone()
      onClose()
    })
  }
  return (
    <form className="grid gap-3" onSubmit={submit} noValidate>
      <Field
        label="Why it is used all the same"
        value={reason}
        error={error}
        onChange={event => setReason(event.target.value)}
      />
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={isSending}>
          Accept
        </Button>
      </div>
    </form>
  )
}
