// Uses a matchseal exchange role through ews-javascript-api, the JavaScript
// port of the EWS Managed API: Autodiscover by domain and by URL, FindFolder,
// CreateItem, GetItem, DeleteItem.
//
// Environment: LAB_MAILBOX, LAB_AUTODISCOVER, and either LAB_TOKEN (act-as
// tokens, one for each host of the service, as {"host": "token"}) or
// LAB_PASSWORD. Prints one line of JSON at the end.
'use strict';
const ews = require('ews-javascript-api');
const { XhrApi } = require('@ewsjs/xhr');

const mailbox = process.env.LAB_MAILBOX;
const tokens = JSON.parse(process.env.LAB_TOKEN || '{}');
ews.ConfigurationApi.ConfigureXHR(new XhrApi({ gzip: true }));

const credentialsFor = (url) => (process.env.LAB_PASSWORD
  ? new ews.WebCredentials(mailbox, process.env.LAB_PASSWORD)
  : new ews.OAuthCredentials(tokens[new URL(url).host.toLowerCase()]));

// The library writes texts as they are, so its users have to escape them.
const xml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

async function byDomain() {
  const host = `autodiscover.${mailbox.split('@')[1]}`;
  const auto = new ews.AutodiscoverService();
  auto.Credentials = credentialsFor(`https://${host}/`);
  auto.RedirectionUrlValidationCallback = () => true;
  auto.EnableScpLookup = false;
  const answer = await auto.GetUserSettings(mailbox, [ews.UserSettingName.InternalEwsUrl, ews.UserSettingName.ExternalEwsUrl, ews.UserSettingName.UserDisplayName]);
  return { url: answer.Settings.get(ews.UserSettingName.ExternalEwsUrl), name: answer.Settings.get(ews.UserSettingName.UserDisplayName), error: answer.ErrorCode };
}

async function byURL() {
  const auto = new ews.AutodiscoverService(new ews.Uri(process.env.LAB_AUTODISCOVER), ews.ExchangeVersion.Exchange2013);
  auto.Credentials = credentialsFor(process.env.LAB_AUTODISCOVER);
  const answer = await auto.GetUserSettings(mailbox, [ews.UserSettingName.InternalEwsUrl]);
  return { url: answer.Settings.get(ews.UserSettingName.InternalEwsUrl), error: answer.ErrorCode };
}

async function main() {
  const found = await byDomain();
  const direct = await byURL();

  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013);
  service.Url = new ews.Uri(found.url);
  service.Credentials = credentialsFor(found.url);

  const view = new ews.FolderView(100);
  view.Traversal = ews.FolderTraversal.Deep;
  const folders = await service.FindFolders(ews.WellKnownFolderName.MsgFolderRoot, view);
  const history = folders.Folders.find((f) => f.DisplayName === 'Conversation History');
  const names = folders.Folders.map((f) => f.DisplayName);

  const message = new ews.EmailMessage(service);
  message.Subject = xml('Written by another author’s client <&> ünïcode');
  message.Body = new ews.MessageBody(ews.BodyType.Text, 'first line\nsecond line');
  message.ToRecipients.Add('pilar@example.com');
  await message.Save(history.Id);

  const bound = await ews.EmailMessage.Bind(service, message.Id, new ews.PropertySet(ews.BasePropertySet.FirstClassProperties));
  const before = (await service.FindItems(history.Id, new ews.ItemView(100))).Items.length;
  await bound.Delete(ews.DeleteMode.HardDelete);
  const after = (await service.FindItems(history.Id, new ews.ItemView(100))).Items.length;

  let gone = '';
  try {
    await ews.EmailMessage.Bind(service, message.Id);
  } catch (e) {
    gone = ews.ServiceError[e.ErrorCode] || String(e);
  }
  console.log(JSON.stringify({
    found, direct, names, subject: bound.Subject, body: bound.Body.Text.trim(), to: bound.ToRecipients.GetEnumerator().map((r) => r.Address),
    before, after, gone,
  }));
}

main().catch((e) => {
  console.error(e && e.stack ? e.stack : e);
  if (e && e.faultString) console.error(e.faultString);
  process.exit(1);
});
