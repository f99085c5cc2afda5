import { Button, Stack, Text } from '@mantine/core';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { Sheet } from '../view/Dialogs';
import { Facts, Secret } from '../view/Shown';

/** What a phone signs in with. The password is told this once. */
export function AccountShown({ account, close }: { account: Schemas['Account']; close: () => void }) {
  const text = useText();
  return (
    <Sheet title={text.extensions.account(account.number)} close={close}>
      <Stack>
        <Text>{text.extensions.accountText}</Text>
        <Facts
          facts={[
            [text.extensions.auth, <code key="auth">{account.auth_name}</code>],
            [text.extensions.realm, <code key="realm">{account.realm}</code>],
          ]}
        />
        {account.password && <Secret label={text.signIn.password} value={account.password} />}
        <Button onClick={close}>{text.extensions.noted}</Button>
      </Stack>
    </Sheet>
  );
}
