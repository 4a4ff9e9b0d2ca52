/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
        {"components":{"responses":{"Error":{"content":{"application/json":{"schema":{"$ref":"#/co\#
        mponents/schemas/Error"}}},"description":"An error with a code, what is wrong and what to\#
         do, in two languages."},"MethodNotAllowed":{"content":{"application/json":{"schema":{"$re\#
        f":"#/components/schemas/Error"}}},"description":"The address does not take the method, `h\#
        ttp.method`.","headers":{"Allow":{"description":"The methods that it takes.","schema":{"ty\#
        pe":"string"}}}},"NotFound":{"content":{"application/json":{"schema":{"$ref":"#/components\#
        /schemas/Error"}}},"description":"There is nothing at the address, `http.not_found`."},"OA\#
        uthError":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas\#
        /OAuthError"},{"$ref":"#/components/schemas/Error"}]}}},"description":"An error of RFC 674\#
        9 or RFC 8628; of the other shape where the message itself was refused, `http.\u2026`."},"\#
        Refused":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},\#
        "description":"The request broke a rule of HTTP or a limit, or came too slowly (`http.head\#
        _timeout`, `http.body_timeout`); the\nconnection is closed. What was sent may not have bee\#
        n taken.\n"},"TooMany":{"content":{"application/json":{"schema":{"$ref":"#/components/sche\#
        mas/Error"}}},"description":"Too many requests of this sign-in are open at once, or a devi\#
        ce or an address asks too fast, or a person has tried too many codes; `code` says which. N\#
        othing was taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"in\#
        teger"}}}},"Unavailable":{"content":{"application/json":{"schema":{"$ref":"#/components/sc\#
        hemas/Error"}}},"description":"Busy, stopping, or the store cannot be read or written. Not\#
        hing was taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"inte\#
        ger"}}}}},"schemas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":{"\#
        minimum":0,"type":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integer\#
        "},"DeviceAuthorization":{"properties":{"device_code":{"type":"string"},"expires_in":{"typ\#
        e":"integer"},"interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVWXZ\#
        ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A pag\#
        e under the server's public address that tells how a code is confirmed.","format":"uri","t\#
        ype":"string"},"verification_uri_complete":{"description":"The same for this code.","forma\#
        t":"uri","type":"string"}},"required":["device_code","expires_in","interval","user_code","\#
        verification_uri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a-f\#
        ]{16}\\.(0|[1-9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":{"\#
        advice":{"description":"What to do","in English.":null,"type":"string"},"advice_th":{"type\#
        ":"string"},"code":{"examples":["http.body_too_large"],"type":"string"},"message":{"descri\#
        ption":"What is wrong","in English.":null,"type":"string"},"message_th":{"type":"string"},\#
        "position":{"description":"The byte of the head or of the body, or the line of a body of l\#
        ines.","minimum":0,"type":"integer"}},"required":["code","message","message_th","advice","\#
        advice_th"],"type":"object"}},"required":["error"],"type":"object"},"FeedAnswerLine":{"one\#
        Of":[{"properties":{"from":{"type":"integer"},"status":{"enum":["applied","unchanged","sta\#
        le"]},"to":{"type":"integer"}},"required":["from","to","status"],"type":"object"},{"proper\#
        ties":{"advice":{"type":"string"},"code":{"type":"string"},"line":{"type":"integer"},"memb\#
        er":{"type":"string"},"message":{"type":"string"},"offset":{"type":"integer"},"status":{"c\#
        onst":"refused"}},"required":["line","status","code","message","advice"],"type":"object"},\#
        {"properties":{"applied":{"type":"integer"},"lines":{"type":"integer"},"refused":{"type":"\#
        integer"},"stale":{"type":"integer"},"status":{"const":"done"},"unchanged":{"type":"intege\#
        r"}},"required":["status","lines","applied","unchanged","stale","refused"],"type":"object"\#
        },{"$ref":"#/components/schemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false,"\#
        oneOf":[{"required":["body"]},{"required":["deleted"]}],"properties":{"agency":{"$ref":"#/\#
        components/schemas/Identifier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"int\#
        eger"},"body":{"type":"object"},"deleted":{"const":1},"id":{"$ref":"#/components/schemas/I\#
        dentifier"},"pid":{"pattern":"^[0-9]{13}$","type":"string"},"source_version":{"minimum":1,\#
        "type":"integer"},"subject":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":"#/\#
        components/schemas/Identifier"}},"required":["table","id","as_of","source_version"],"type"\#
        :"object"},"FeedStopped":{"properties":{"advice":{"type":"string"},"code":{"enum":["server\#
        .busy","server.storage"]},"message":{"type":"string"},"status":{"const":"stopped"}},"requi\#
        red":["status","code","message","advice"],"type":"object"},"Hashes":{"description":"Ascend\#
        ing, none twice.","items":{"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifier"\#
        :{"pattern":"^[A-Za-z0-9_.:-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16}$"\#
        ,"type":"string"},"Mutation":{"properties":{"chain":{"$ref":"#/components/schemas/Link"},"\#
        frame":{"const":"mutation"},"mid":{"minimum":1,"type":"integer"},"operations":{"items":{"$\#
        ref":"#/components/schemas/Operation"},"maxItems":64,"type":"array"},"origin":{"descriptio\#
        n":"The name it had first, as device, mid and link, if that was another one.","pattern":"^\#
        [0-9a-f]{16}\\.[1-9][0-9]*\\.[0-9a-f]{16}$","type":"string"},"schema":{"minimum":0,"type":\#
        "integer"},"time":{"$ref":"#/components/schemas/Time"}},"required":["frame","mid","time","\#
        schema","chain","operations"],"type":"object"},"OAuthError":{"properties":{"error":{"enum"\#
        :["authorization_pending","access_denied","expired_token","invalid_grant","invalid_request\#
        ","unsupported_grant_type"]},"error_description":{"type":"string"}},"required":["error"],"\#
        type":"object"},"Operation":{"properties":{"do":{"enum":["create","delete","set","raise","\#
        mark","add","remove","increment","write","submit"]},"dots":{"items":{"$ref":"#/components/\#
        schemas/Dot"},"maxItems":1024,"type":"array"},"field":{"$ref":"#/components/schemas/Identi\#
        fier"},"id":{"$ref":"#/components/schemas/Identifier"},"number":{"description":"For raise\#
         and increment.","type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"},"tex\#
        t":{"description":"For add, remove and write.","type":"string"},"value":{"description":"Fo\#
        r set and submit."}},"required":["do","table","id"],"type":"object"},"Parts":{"items":{"pr\#
        operties":{"count":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schem\#
        as/Sum"}},"required":["count","sum"],"type":"object"},"type":"array"},"Push":{"properties"\#
        :{"base_chain":{"$ref":"#/components/schemas/Link"},"frame":{"const":"push"}},"required":[\#
        "frame","base_chain"],"type":"object"},"ReconcileRequestFrame":{"description":"One line of\#
         a request for repair; the first is `reconcile`.","oneOf":[{"properties":{"bytes_max":{"de\#
        fault":262144,"minimum":0,"type":"integer"},"frame":{"const":"reconcile"},"goes_on":{"defa\#
        ult":0,"enum":[0,1]},"mismatch":{"default":0,"description":"1 where a checkpoint did not a\#
        dd up.","enum":[0,1]},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["fr\#
        ame"],"type":"object"},{"properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/compon\#
        ents/schemas/Depth"},"frame":{"const":"sums"},"low":{"$ref":"#/components/schemas/Link"},"\#
        parts":{"$ref":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"inte\#
        ger"}},"required":["frame","bucket","split","parts"],"type":"object"},{"properties":{"buck\#
        et":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"item\#
        s"},"hashes":{"$ref":"#/components/schemas/Hashes"},"low":{"$ref":"#/components/schemas/Li\#
        nk"}},"required":["frame","bucket","hashes"],"type":"object"}]},"RequestFrame":{"descripti\#
        on":"One line of a request.","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref":"#/comp\#
        onents/schemas/Push"},{"$ref":"#/components/schemas/Mutation"}]},"ResponseFrame":{"descrip\#
        tion":"One line of an answer.","oneOf":[{"properties":{"frame":{"const":"hello"},"magic":{\#
        "const":"TRS1"},"server_ms":{"type":"integer"}},"required":["frame","magic","server_ms"],"\#
        type":"object"},{"properties":{"ahead":{"$ref":"#/components/schemas/Count"},"bucket":{"ty\#
        pe":"string"},"count":{"$ref":"#/components/schemas/Count"},"epoch":{"$ref":"#/components/\#
        schemas/Count"},"frame":{"const":"bucket"},"head":{"$ref":"#/components/schemas/Count"},"l\#
        ease_until":{"$ref":"#/components/schemas/Count"},"priority":{"$ref":"#/components/schemas\#
        /Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","bucket","epoch","\#
        head","count","sum","priority","lease_until","ahead"],"type":"object"},{"properties":{"buc\#
        ket":{"type":"string"},"frame":{"const":"bucket_gone"}},"required":["frame","bucket"],"typ\#
        e":"object"},{"properties":{"as_of":{"type":"integer"},"body":{"type":"object"},"bucket":{\#
        "type":"string"},"frame":{"const":"row"},"id":{"$ref":"#/components/schemas/Identifier"},"\#
        owner":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Coun\#
        t"},"source_version":{"type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"}\#
        },"required":["frame","bucket","table","id","owner","rev","as_of","source_version","body"]\#
        ,"type":"object"},{"properties":{"bucket":{"type":"string"},"frame":{"const":"tombstone"},\#
        "id":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"\#
        },"table":{"$ref":"#/components/schemas/Identifier"}},"required":["frame","bucket","table"\#
        ,"id","rev"],"type":"object"},{"properties":{"code":{"type":"string"},"detail":{"type":"st\#
        ring"},"first":{"$ref":"#/components/schemas/Count"},"frame":{"const":"outcomes"},"last":{\#
        "$ref":"#/components/schemas/Count"},"status":{"enum":["accepted","merged","refused"]}},"r\#
        equired":["frame","first","last","status","code","detail"],"type":"object"},{"description"\#
        :"An end; more is to come.","properties":{"cursor":{"$ref":"#/components/schemas/Base64URL\#
        "},"frame":{"const":"page"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/\#
        components/schemas/Sum"}},"required":["frame","cursor","rows","sum"],"type":"object"},{"de\#
        scription":"An end; the mirror is complete.","properties":{"acked_chain":{"$ref":"#/compon\#
        ents/schemas/Link"},"acked_mid":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/\#
        components/schemas/Base64URL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":"#/compone\#
        nts/schemas/Base64URL"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/comp\#
        onents/schemas/Sum"}},"required":["frame","cursor","rows","sum","acked_mid","acked_chain",\#
        "lineage"],"type":"object"},{"description":"An end without rows.","properties":{"acked_mid\#
        ":{"$ref":"#/components/schemas/Count"},"frame":{"enum":["unchanged","pushed"]}},"required\#
        ":["frame","acked_mid"],"type":"object"},{"description":"An end; compare what is held by `\#
        /v1/reconcile`, or begin again with an empty cursor.","properties":{"frame":{"const":"rest\#
        art"},"reason":{"enum":["cursor.invalid","cursor.lineage","cursor.floor","cursor.epoch","c\#
        ursor.future"]}},"required":["frame","reason"],"type":"object"},{"description":"An end; th\#
        e rest of the push was not taken.","properties":{"acked_mid":{"$ref":"#/components/schemas\#
        /Count"},"code":{"examples":["push.gap","push.forked"],"type":"string"},"frame":{"const":"\#
        error"},"message":{"type":"string"},"retry_after_ms":{"$ref":"#/components/schemas/Count"}\#
        },"required":["frame","code","message","retry_after_ms","acked_mid"],"type":"object"},{"de\#
        scription":"What the server holds of a range that differs; one of the answers of `/v1/reco\#
        ncile`.","properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/De\#
        pth"},"frame":{"const":"parts"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref"\#
        :"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"requir\#
        ed":["frame","bucket","depth","low","split","parts"],"type":"object"},{"description":"Rows\#
         that the server has not.","properties":{"bucket":{"type":"string"},"frame":{"const":"surp\#
        lus"},"hashes":{"$ref":"#/components/schemas/Hashes"}},"required":["frame","bucket","hashe\#
        s"],"type":"object"},{"description":"The end of an answer of `/v1/reconcile`.","properties\#
        ":{"answered":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/schemas\#
        /Base64URL"},"frame":{"const":"reconciled"},"rows":{"$ref":"#/components/schemas/Count"},"\#
        sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum","answe\#
        red"],"type":"object"}]},"Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Sync":{"prope\#
        rties":{"bytes_max":{"default":262144,"minimum":0,"type":"integer"},"checkpoint":{"default\#
        ":0,"description":"1 asks for a checkpoint also where nothing is new.","enum":[0,1]},"curs\#
        or":{"$ref":"#/components/schemas/Base64URL"},"frame":{"const":"sync"},"outcomes_seen":{"d\#
        efault":0,"minimum":0,"type":"integer"},"priority_max":{"default":9,"description":"Not use\#
        d yet.","minimum":0,"type":"integer"},"rows_max":{"default":10000,"minimum":0,"type":"inte\#
        ger"},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type":"ob\#
        ject"},"Time":{"pattern":"^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens":{"propert\#
        ies":{"access_token":{"pattern":"^tra_","type":"string"},"device_id":{"$ref":"#/components\#
        /schemas/Link","description":"The device that the sign-in named, if it may go on; else a n\#
        ew one."},"expires_in":{"type":"integer"},"refresh_token":{"pattern":"^trr_","type":"strin\#
        g"},"subject":{"$ref":"#/components/schemas/Identifier"},"token_type":{"const":"Bearer"}},\#
        "required":["access_token","device_id","expires_in","refresh_token","subject","token_type"\#
        ],"type":"object"}},"securitySchemes":{"agency":{"description":"An agency's key, trk_\u202\#
        6","scheme":"bearer","type":"http"},"device":{"description":"An access token, tra_\u2026",\#
        "scheme":"bearer","type":"http"}}},"info":{"description":"The binary form of `/v1/sync` an\#
        d all rules are in protocol.md. Nothing here is planned: it describes what the\nserver ans\#
        wers now.\n\nAny other address is answered 404 (`#/components/responses/NotFound`). Before\#
         an address is looked at, a message that\nbreaks a rule of HTTP is refused with 400, 408,\#
         413, 414, 417, 431, 501, 503 or 505, and the connection is closed.\n`HEAD` is answered wh\#
        ere `GET` is, but for `/v1/live`.\n","license":{"identifier":"Apache-2.0","name":"Apache-2\#
        .0"},"summary":"What is JSON in the sync server's interface.","title":"TangRat Sync","vers\#
        ion":"0.1.0"},"openapi":"3.1.0","paths":{"/.well-known/oauth-authorization-server":{"get":\#
        {"operationId":"authorisationMetadata","responses":{"200":{"content":{"application/json":{\#
        "schema":{"properties":{"device_authorization_endpoint":{"format":"uri","type":"string"},"\#
        grant_types_supported":{"items":{"type":"string"},"type":"array"},"issuer":{"format":"uri"\#
        ,"type":"string"},"response_types_supported":{"items":{"type":"string"},"maxItems":0,"type\#
        ":"array"},"revocation_endpoint":{"format":"uri","type":"string"},"revocation_endpoint_aut\#
        h_methods_supported":{"items":{"const":"none"},"type":"array"},"service_documentation":{"f\#
        ormat":"uri","type":"string"},"token_endpoint":{"format":"uri","type":"string"},"token_end\#
        point_auth_methods_supported":{"items":{"const":"none"},"type":"array"}},"required":["issu\#
        er","token_endpoint","device_authorization_endpoint","revocation_endpoint","grant_types_su\#
        pported","response_types_supported"],"type":"object"}}},"description":"The addresses, unde\#
        r the server's public address, and the ways to sign in."},"400":{"$ref":"#/components/resp\#
        onses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/co\#
        mponents/responses/Refused"}},"security":[],"summary":"What a program must know to sign a\#
         device in (RFC 8414).","tags":["sign-in"]}},"/device":{"get":{"operationId":"verification\#
        ","responses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"description":"\#
        Without a form or a script. It says nothing about any code."},"400":{"$ref":"#/components/\#
        responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":\#
        "#/components/responses/Refused"}},"security":[],"summary":"A page for people that tells h\#
        ow a sign-in is confirmed.","tags":["sign-in"]}},"/device/{user_code}":{"get":{"operationI\#
        d":"verificationOfCode","parameters":[{"in":"path","name":"user_code","required":true,"sch\#
        ema":{"type":"string"}}],"responses":{"200":{"content":{"text/html":{"schema":{"type":"str\#
        ing"}}},"description":"As without a code."},"400":{"$ref":"#/components/responses/Error"},\#
        "405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respo\#
        nses/Refused"}},"security":[],"summary":"The same page for one code.","tags":["sign-in"]}}\#
        ,"/healthz":{"get":{"operationId":"health","responses":{"200":{"content":{"application/jso\#
        n":{"schema":{"properties":{"status":{"const":"ok"}},"type":"object"}}},"description":"It\#
         does."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/respons\#
        es/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":[],"summ\#
        ary":"Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"operationI\#
        d":"metrics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"de\#
        scription":"No counter names a person."},"400":{"$ref":"#/components/responses/Error"},"40\#
        5":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/response\#
        s/Refused"}},"security":[],"summary":"Counters in the text format of Prometheus.","tags":[\#
        "operations"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200":{"conte\#
        nt":{"application/json":{"schema":{"required":["openapi","info","paths"],"type":"object"}}\#
        },"description":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref\#
        ":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused\#
        "}},"security":[],"summary":"This document, as JSON.","tags":["operations"]}},"/readyz":{"\#
        get":{"operationId":"ready","responses":{"200":{"content":{"application/json":{"schema":{"\#
        properties":{"status":{"const":"ready"}},"type":"object"}}},"description":"They are."},"40\#
        0":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNot\#
        Allowed"},"408":{"$ref":"#/components/responses/Refused"},"503":{"$ref":"#/components/resp\#
        onses/Unavailable"}},"security":[],"summary":"Whether requests are taken.","tags":["operat\#
        ions"]}},"/v1/agency/records":{"post":{"operationId":"feed","requestBody":{"content":{"app\#
        lication/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedLine"}}},"required":true},"\#
        responses":{"200":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/schem\#
        as/FeedAnswerLine"}}},"description":"Lines as the feed is taken; the last one has the stat\#
        us `done`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/res\#
        ponses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/c\#
        omponents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref":\#
        "#/components/responses/Unavailable"}},"security":[{"agency":[]}],"summary":"Takes an agen\#
        cy's rows, of any number.","tags":["feed"]}},"/v1/devices":{"get":{"operationId":"listDevi\#
        ces","responses":{"200":{"content":{"application/json":{"schema":{"properties":{"devices":\#
        {"items":{"properties":{"added_ms":{"description":"When it signed in.","format":"int64","t\#
        ype":"integer"},"current":{"description":"Whether it is the one that asks.","enum":[0,1]},\#
        "device_id":{"$ref":"#/components/schemas/Link"},"name":{"description":"What it called its\#
        elf.","type":"string"},"wrote_ms":{"description":"When it last wrote; 0 if never.","format\#
        ":"int64","type":"integer"}},"required":["added_ms","current","device_id","name","wrote_ms\#
        "],"type":"object"},"maxItems":100,"type":"array"}},"required":["devices"],"type":"object"\#
        }}},"description":"At most 100."},"400":{"$ref":"#/components/responses/Error"},"401":{"$r\#
        ef":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed\#
        "},"408":{"$ref":"#/components/responses/Refused"},"429":{"$ref":"#/components/responses/T\#
        ooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}],"\#
        summary":"The devices of the person who asks, whose rights have not ended, the newest firs\#
        t.","tags":["sign-in"]}},"/v1/devices/end":{"post":{"operationId":"endDevice","requestBody\#
        ":{"content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"device":{"patt\#
        ern":"^[0-9a-f]{16}$","type":"string"}},"required":["device"],"type":"object"}}},"required\#
        ":true},"responses":{"200":{"content":{"application/json":{"schema":{"properties":{"ended"\#
        :{"enum":[0,1]}},"required":["ended"],"type":"object"}}},"description":"Whether it is one\#
         of the person's, and has no rights now. A device of somebody else is answered like one th\#
        at\nis not known.\n"},"400":{"$ref":"#/components/responses/OAuthError"},"401":{"$ref":"#/\#
        components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408\#
        ":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"\#
        },"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/TooM\#
        any"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}],"sum\#
        mary":"Ends the rights of a device of the same person.","tags":["sign-in"]}},"/v1/devices/\#
        replace":{"post":{"operationId":"replaceDevice","requestBody":{"content":{"application/x-w\#
        ww-form-urlencoded":{"schema":{"properties":{"after":{"format":"int64","minimum":0,"type":\#
        "integer"},"device":{"pattern":"^[0-9a-f]{16}$","type":"string"}},"required":["device","af\#
        ter"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/json\#
        ":{"schema":{"properties":{"chains":{"pattern":"^([0-9a-f]{16}){0,1000}$","type":"string"}\#
        ,"last":{"format":"int64","type":"integer"},"took_effect":{"pattern":"^[01]{0,1000}$","typ\#
        e":"string"}},"required":["chains","last","took_effect"],"type":"object"}}},"description":\#
        "What the device did after that mutation; nothing of a device that is not known."},"400":{\#
        "$ref":"#/components/responses/OAuthError"},"401":{"$ref":"#/components/responses/Error"},\#
        "405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respo\#
        nses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components\#
        /responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/compon\#
        ents/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Ends the rights of a d\#
        evice of the same person, and tells which of its writes were taken.","tags":["sign-in"]}},\#
        "/v1/live":{"get":{"operationId":"live","responses":{"200":{"content":{"text/event-stream"\#
        :{"schema":{"type":"string"}}},"description":"Events `moved` and `revoked`; a comment ever\#
        y 25 s."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/respon\#
        ses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/comp\#
        onents/responses/Refused"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":\#
        "#/components/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Says when som\#
        ething moved.","tags":["sync"]}},"/v1/oauth/decision":{"post":{"description":"Answered 404\#
         unless an identity provider is configured. The assertion proves itself; see section 3 of\#
         protocol.md.\n","operationId":"decideSignIn","requestBody":{"content":{"application/x-www\#
        -form-urlencoded":{"schema":{"properties":{"assertion":{"description":"A compact JWS with\#
         HS256.","type":"string"}},"required":["assertion"],"type":"object"}}},"required":true},"r\#
        esponses":{"200":{"content":{"application/json":{"schema":{"properties":{"device_name":{"d\#
        escription":"What the device calls itself.","type":"string"}},"required":["device_name"],"\#
        type":"object"}}},"description":"Done, once."},"400":{"$ref":"#/components/responses/Error\#
        "},"404":{"$ref":"#/components/responses/NotFound"},"405":{"$ref":"#/components/responses/\#
        MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/compon\#
        ents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/co\#
        mponents/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"securit\#
        y":[],"summary":"What a person has decided about a sign-in, from the gateway of an identit\#
        y provider.","tags":["sign-in"]}},"/v1/oauth/device_authorization":{"post":{"operationId":\#
        "beginSignIn","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"pr\#
        operties":{"client_id":{"minLength":1,"type":"string"},"device_id":{"$ref":"#/components/s\#
        chemas/Link","description":"The device that this one has been."},"device_name":{"descripti\#
        on":"Cut to 80 bytes.","type":"string"}},"required":["client_id"],"type":"object"}}},"requ\#
        ired":true},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/compone\#
        nts/schemas/DeviceAuthorization"}}},"description":"A code to show to the person."},"400":{\#
        "$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNo\#
        tAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/res\#
        ponses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components\#
        /responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[],"s\#
        ummary":"Begins a sign-in (RFC 8628).","tags":["sign-in"]}},"/v1/oauth/revoke":{"post":{"o\#
        perationId":"revokeToken","requestBody":{"content":{"application/x-www-form-urlencoded":{"\#
        schema":{"properties":{"token":{"type":"string"}},"required":["token"],"type":"object"}}},\#
        "required":true},"responses":{"200":{"content":{"application/json":{"schema":{"maxProperti\#
        es":0,"type":"object"}}},"description":"Done; an unknown token is answered in the same way\#
        ."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/components/respons\#
        es/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/com\#
        ponents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#\#
        /components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"secu\#
        rity":[],"summary":"Ends the rights of the device that holds a token (RFC 7009).","tags":[\#
        "sign-in"]}},"/v1/oauth/token":{"post":{"operationId":"exchangeToken","requestBody":{"cont\#
        ent":{"application/x-www-form-urlencoded":{"schema":{"oneOf":[{"properties":{"device_code"\#
        :{"type":"string"},"grant_type":{"const":"urn:ietf:params:oauth:grant-type:device_code"}},\#
        "required":["grant_type","device_code"],"type":"object"},{"properties":{"grant_type":{"con\#
        st":"refresh_token"},"refresh_token":{"type":"string"}},"required":["grant_type","refresh_\#
        token"],"type":"object"}]}}},"required":true},"responses":{"200":{"content":{"application/\#
        json":{"schema":{"$ref":"#/components/schemas/Tokens"}}},"description":"Tokens. Both are n\#
        ew, also after a refresh."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$re\#
        f":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refuse\#
        d"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/\#
        Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/respon\#
        ses/Unavailable"}},"security":[],"summary":"Exchanges a device code or a refresh token for\#
         tokens.","tags":["sign-in"]}},"/v1/reconcile":{"post":{"description":"One frame a line, a\#
        s for `/v1/sync`: a `reconcile` and claims go up; what differs comes down. See section 19\#
         of\nprotocol.md.\n","operationId":"reconcile","requestBody":{"content":{"application/json\#
        ":{"examples":{"first":{"summary":"Where to begin; claims follow, one a line.","value":{"f\#
        rame":"reconcile"}}},"schema":{"$ref":"#/components/schemas/ReconcileRequestFrame"}},"appl\#
        ication/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"application\#
        /json":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangrat.s\#
        ync":{}},"description":"Frames, one a line, from `hello` to `reconciled` or `error`."},"40\#
        0":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/responses/Error"},"\#
        405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respon\#
        ses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/\#
        responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"500":{"$ref":"#/compone\#
        nts/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"d\#
        evice":[]}],"summary":"Compares what a device holds with the server, as JSON lines.","tags\#
        ":["sync"]}},"/v1/sync":{"post":{"description":"One frame a line. The binary form has the\#
         media type `application/vnd.tangrat.sync`. With a binary request,\n`Accept: application/j\#
        son` asks for lines in the answer.\n","operationId":"sync","requestBody":{"content":{"appl\#
        ication/json":{"examples":{"first":{"summary":"A first sync.","value":{"frame":"sync"}}},"\#
        schema":{"$ref":"#/components/schemas/RequestFrame"}},"application/vnd.tangrat.sync":{}},"\#
        required":true},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/com\#
        ponents/schemas/ResponseFrame"}},"application/vnd.tangrat.sync":{}},"description":"Frames,\#
         one a line, from `hello` to exactly one end. A short binary answer has no `Content-Type`.\#
        \n"},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/responses/E\#
        rror"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/component\#
        s/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/com\#
        ponents/responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"500":{"$ref":"#\#
        /components/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"securi\#
        ty":[{"device":[]}],"summary":"Pushes writes and pulls rows, as JSON lines.","tags":["sync\#
        "]}}},"servers":[{"description":"A server on this machine. Elsewhere it stands behind a TL\#
        S proxy.","url":"http://127.0.0.1:8470"}],"tags":[{"name":"sign-in"},{"name":"sync"},{"nam\#
        e":"feed"},{"name":"operations"}]}
        """#
}
