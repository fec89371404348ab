import type { KeyWords } from "./key-words.ts";

/** Kinds of values that are found in texts wherever they stand. */
export const detectorNames = [
  "card",
  "token",
  "private-key",
  "secret-in-url",
  "secret-in-text",
  "email",
  "phone",
  "iban",
  "ssn",
  "national-id",
  "ip",
] as const;
export type DetectorName = (typeof detectorNames)[number];

/** Bundles of keys and detectors. `credentials` is on unless `defaults` is false. */
export const presetNames = ["credentials", "gdpr", "hipaa", "pci-dss", "ccpa"] as const;
export type RedactPreset = (typeof presetNames)[number];

interface Preset extends KeyWords {
  readonly detect: readonly DetectorName[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const union = (...sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  new Set(sets.flatMap((set) => [...set]));

const credentials: Preset = {
  within: words(`
    password passwords passwd passphrase passcode pwd passwort kennwort motdepasse senha contrasena wachtwoord
    dbpass userpass smtppass mailpass sqlpass mysqlpass adminpass rootpass authpass loginpass ftppass redispass pgpass pgpassword
    secret secrets token accesstokens refreshtokens idtokens authtokens apitokens sessiontokens bearertokens jwt bearer
    apikey apikeys accesskey accesskeys secretkey secretkeys privatekey privatekeys signingkey encryptionkey masterkey hmackey sshkey
    sharedkey sharedaccesskey accountkey storagekey subscriptionkey servicekey licensekey deploykey keymaterial
    accesskeysecret secretaccesskey secretid authorization authheader authcode authorizationcode
    cookie cookies setcookie sessionid sessionkey sessionsecret connectionstring credential credentials
    otp totp mfacode otpcode onetimecode verificationcode recoverycode recoverycodes backupcode backupcodes
    mnemonic seedphrase recoveryphrase pinnumber pincodehash samlresponse samlassertion clientassertion codeverifier`),
  whole: words("pass pw pin auth sid creds cred psk passwordhash userpin newpin oldpin pwhash"),
  ends: ["password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "secret", "token"],
  detect: ["token", "private-key", "secret-in-url", "secret-in-text"],
};

const contact: KeyWords = {
  within: words(`
    email emails emailaddress phone phonenumber phonenumbers mobilephone mobilenumber cellphone telephone faxnumber
    streetaddress homeaddress postaladdress mailingaddress billingaddress shippingaddress deliveryaddress residentialaddress addressline
    streetname postcode postalcode zipcode`),
  whole: words("mail mobile tel fax address address1 address2 street city phones"),
  ends: [],
};

const personal: KeyWords = {
  within: words(`
    firstname lastname fullname surname givenname familyname maidenname middlename birthname fathersname mothersname
    birthdate dateofbirth birthday birthplace placeofbirth gender ethnicity maritalstatus`),
  whole: words("dob sex race"),
  ends: [],
};

const online: KeyWords = {
  within: words(`
    ipaddress ipaddresses clientip remoteip userip ipv4address ipv6address remoteaddress remoteaddr macaddress advertisingid idfa gaid imei
    imsi deviceserial deviceserialnumber geolocation gpscoordinates gpslocation`),
  whole: words("ip latlng latlong"),
  ends: [],
};

const financial: KeyWords = {
  within: words(`
    iban bankaccount bankaccountnumber accountnumber accountnumbers sortcode routingnumber taxid taxnumber taxpayerid salary`),
  whole: words("bic"),
  ends: [],
};

const government: KeyWords = {
  within: words(`
    ssn socialsecuritynumber socialsecurity nationalid nationalidnumber nationalinsurancenumber passportnumber passportno driverslicense
    driverlicense drivinglicense drivinglicence driverslicence driverslicensenumber licenseplate idcardnumber identitycard personnummer
    nino nhsnumber steuerid codicefiscale aadhaar aadhar pesel cpf itin`),
  whole: words("passport sin dni nir bsn"),
  ends: [],
};

const sensitive: KeyWords = {
  within: words(`
    biometric biometrics faceid voiceprint retinascan geneticdata healthdata religion politicalopinion politicalopinions
    sexualorientation tradeunion unionmembership criminalrecord`),
  whole: words("genome"),
  ends: [],
};

const health: KeyWords = {
  within: words(`
    medicalrecord medicalrecordnumber healthplan healthplannumber healthplanid beneficiarynumber beneficiaryid memberid subscriberid patientid
    patientname patient admissiondate dischargedate dateofdeath deathdate diagnosis diagnoses icd10 prescription medication medications allergies
    labresult labresults treatmentplan insurancenumber insuranceid certificatenumber vehicleidentificationnumber fullfacephoto`),
  whole: words("mrn vin npi icd photo"),
  ends: [],
};

const cards: KeyWords = {
  within: words(`
    cardnumber cardnumbers creditcard creditcardnumber debitcard debitcardnumber ccnumber ccnum primaryaccountnumber cardpan pannumber
    cvv cvv2 cvc cvc2 cardverification cardverificationvalue cardcode securitycode cardholder cardholdername nameoncard cardexpiry
    cardexpiration cardexp expmonth expyear pinblock pinnumber track1 track2 track1data track2data trackdata magstripe accountnumber`),
  whole: words("pan pin cvn csc"),
  ends: [],
};

const household: KeyWords = {
  within: words(`
    householdincome purchasehistory browsinghistory searchhistory inferences consumerprofile employmenthistory educationrecord`),
  whole: words("income"),
  ends: [],
};

function preset(detect: readonly DetectorName[], ...lists: readonly KeyWords[]): Preset {
  return {
    within: union(...lists.map(({ within }) => within)),
    whole: union(...lists.map(({ whole }) => whole)),
    ends: lists.flatMap(({ ends }) => ends),
    detect,
  };
}

/** What each preset brings. Data only: a table for documentation and checks, too. */
export const presets: Readonly<Record<RedactPreset, Preset>> = {
  credentials,
  gdpr: preset(
    ["secret-in-text", "email", "phone", "iban", "national-id", "card"],
    ...[contact, personal, online, financial, government, sensitive],
  ),
  hipaa: preset(
    ["secret-in-text", "email", "phone", "ssn"],
    ...[contact, personal, online, government, sensitive, health],
  ),
  "pci-dss": preset(["secret-in-text", "card"], cards),
  ccpa: preset(
    ["secret-in-text", "email", "phone", "ssn", "card"],
    ...[contact, personal, online, financial, government, sensitive, household],
  ),
};
