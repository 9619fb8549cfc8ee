import { text, url } from '../kinds/setting-kinds.js';

/** Where the command line program finds a service, and its own file. */
export const clientSettings = {
  url: url({
    name: 'SOMA_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description:
      'Address of the service that `soma` talks to, with the token of SOMA_API_TOKEN or SOMA_API_TOKEN_FILE. Without it, the ' +
      'service at SOMA_API_PORT of this machine, else the data folder. The service itself does not read it.',
  }),
  profile: text({
    name: 'SOMA_PROFILE',
    fallback: undefined,
    description: 'Name of the entry of the profile file that `soma` uses; `default` where the file has one.',
  }),
  profileFile: text({
    name: 'SOMA_PROFILE_FILE',
    fallback: undefined,
    allowed: 'the path of a readable file',
    description:
      'The profile file of `soma`. Without it, `soma/profiles.json` in XDG_CONFIG_HOME or in `.config` of the home folder.',
  }),
};
