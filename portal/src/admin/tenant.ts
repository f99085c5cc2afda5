// In which tenant those work who reach several: the name of the one that was chosen, empty for the server's own choice.

import { Store } from '../shared/store';

export const tenant = new Store('');
