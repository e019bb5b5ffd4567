import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { account } from '../../data/account'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { toast } from '../../ui/toasts'
import { useSending } from '../../ui/useSending'
import { meQuery, useMe } from './model'

/** Sets the first password or changes it. The server decides what is too short. */
export function PasswordDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { has_password: hasPassword } = useMe()
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={hasPassword ? 'Change password' : 'Set a password'}
      description={
        hasPassword
          ? 'Other browsers where you are signed in will ask for it.'
          : 'With it you can sign in from any browser that reaches this server.'
      }
    >
      <PasswordForm hasPassword={hasPassword} onClose={onClose} />
    </Dialog>
  )
}

function PasswordForm({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const client = useQueryClient()
  const { username } = useMe()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const { error, isSending, send } = useSending()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(async () => {
      await account.changePassword(current, next)
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      toast({ text: hasPassword ? 'Password changed' : 'Password set', icon: 'check' })
      onClose()
    })
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <input type="text" autoComplete="username" value={username} readOnly hidden />
      {hasPassword && (
        <Field
          label="Password now"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={event => setCurrent(event.target.value)}
        />
      )}
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        value={next}
        error={error}
        onChange={event => setNext(event.target.value)}
      />
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={isSending}>
          {hasPassword ? 'Change password' : 'Set password'}
        </Button>
      </div>
    </form>
  )
}
