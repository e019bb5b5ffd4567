import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { account } from '../../data/account'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { toast } from '../../ui/toasts'
import { useSending } from '../../ui/useSending'
import { meQuery, useMe } from '../signin/model'

/** Sets where the reader gets mail. An empty address means none. */
export function EmailDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="Mail address"
      description="You hear a week before artifacts that you made, or that your teams own, are deleted because their time is over."
    >
      <EmailForm onClose={onClose} />
    </Dialog>
  )
}

function EmailForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { email: before = '' } = useMe()
  const [email, setEmail] = useState(before)
  const { error, isSending, send } = useSending()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(async () => {
      client.setQueryData(meQuery.queryKey, await account.changeEmail(email.trim()))
      toast({ text: email.trim() ? 'Mail address saved' : 'You get no mail any more', icon: 'check' })
      onClose()
    })
  }
  return (
    <form className="grid gap-3" onSubmit={submit} noValidate>
      <Field
        label="Address"
        type="email"
        autoComplete="email"
        placeholder="ada@example.org"
        value={email}
        error={error}
        onChange={event => setEmail(event.target.value)}
      />
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={isSending}>
          Save
        </Button>
      </div>
    </form>
  )
}
